import { HelperError, messageOf, Refused, UsageError } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { reachOf } from '../../cluster/reach.ts';
import { type Reach, Sessions } from '../../cluster/sessions.ts';
import { readReachSettings } from '../../config/helper/reachSettings.ts';
import { defaultSettings } from '../../config/helper/settings.ts';
import type { HookCall } from './hook.ts';

/** The new master, with the account that MHA passes, and how `start` reaches it. */
export interface WayToOpen {
  readonly newMaster: Target;
  readonly reach: Reach;
}

/**
 * How `start` logs in to the new master. The account comes from MHA's arguments, and from its file only if they lack it;
 * TLS and limits from the settings file, of which nothing else counts.
 * @throws UsageError if nobody says which server it is; HelperError if the settings do not say to whom the password may go.
 */
export async function wayToOpen(call: Pick<HookCall, 'args' | 'invocation'>): Promise<WayToOpen> {
  const newMaster = await newMasterOf(call);
  const file = await mhaFileOf(call);
  try {
    return { newMaster, reach: reachOf(file ? await readReachSettings(file, newMaster) : defaultSettings('')) };
  } catch (error) {
    throw new HelperError(
      `the new master is not opened: how to log in to it is not known, and its password may not go to just anybody.\n` +
        `${messageOf(error)}\nCorrect that and call start again, or by hand, on ${nameOf(newMaster)}: SET GLOBAL read_only = 0`,
    );
  }
}

/**
 * Logs in to the new master just as `start` will, over a connection of its own.
 * @throws Refused if that fails: `stop` would close a master, and `start` could not open the other.
 */
export async function proveWayToOpen(call: HookCall): Promise<void> {
  const { newMaster, reach } = await wayToOpen(call);
  const sessions = new Sessions(() => reach, call.invocation.signal);
  try {
    await sessions.of(newMaster);
  } catch (error) {
    call.invocation.signal.throwIfAborted();
    throw new Refused([`start could not log in to the new master with what MHA passes for it: ${messageOf(error)}`]);
  } finally {
    await sessions.closeAll();
  }
}

/** From MHA's arguments alone if they suffice. */
async function newMasterOf({ args, invocation }: Pick<HookCall, 'args' | 'invocation'>): Promise<Target> {
  const { newMaster, conf, globalConf } = args;
  if (!newMaster) throw new UsageError(['the new master is not known:', ...args.problems].join('\n  '));
  if (newMaster.user !== undefined && newMaster.password) {
    return { ...newMaster, user: newMaster.user, password: newMaster.password };
  }
  const { readCluster, targetFrom } = await import('../../cluster/cluster.ts');
  return targetFrom(await readCluster({ conf, globalConf, env: invocation.env, master: newMaster }), newMaster);
}

/** MHA's file. If none is named and none is found, no settings belong to this cluster: `stop` and `status` then refuse. */
async function mhaFileOf({ args, invocation }: Pick<HookCall, 'args' | 'invocation'>): Promise<string | undefined> {
  const named = args.conf ?? (invocation.env.MHA_HELPER_CONF || undefined);
  if (named !== undefined) return named;
  const { readMhaFile } = await import('../../cluster/cluster.ts');
  const wanted = { globalConf: args.globalConf, env: invocation.env, master: args.origMaster ?? args.newMaster };
  return (await readMhaFile(wanted).catch(() => undefined))?.file;
}
