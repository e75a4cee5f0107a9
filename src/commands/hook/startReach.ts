import { HelperError, messageOf, Refused, UsageError } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { readCluster, readMhaFile, targetFrom } from '../../cluster/cluster.ts';
import { reachOf } from '../../cluster/reach.ts';
import { type Reach, Sessions } from '../../cluster/sessions.ts';
import { readReachSettings } from '../../config/helper/reachSettings.ts';
import { defaultSettings } from '../../config/helper/settings.ts';
import type { HookCall } from './hook.ts';

export interface WayToOpen {
  readonly newMaster: Target;
  readonly reach: Reach;
}

/**
 * How `start` logs in to the new master: the account comes from MHA's arguments, and from its file only if they lack it;
 * TLS and limits come from the settings file, the rest of which is ignored.
 * @throws UsageError if nothing names the server; HelperError if it is not certain who may get the password
 */
export async function wayToOpen(call: Pick<HookCall, 'args' | 'invocation'>): Promise<WayToOpen> {
  const newMaster = await newMasterOf(call);
  const file = await mhaFileOf(call);
  try {
    return { newMaster, reach: reachOf(file ? await readReachSettings(file, newMaster) : defaultSettings('')) };
  } catch (error) {
    throw new HelperError(
      `the new master is not opened: how to log in is not certain, and the password must not go to the wrong server.\n` +
        `${messageOf(error)}\nCorrect that and call start again, or by hand, on ${nameOf(newMaster)}: SET GLOBAL read_only = 0`,
    );
  }
}

/**
 * Logs in to the new master as `start` will, over a new connection.
 * @throws Refused if that fails: `stop` would close one master, and `start` could not open the other
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

async function newMasterOf({ args, invocation }: Pick<HookCall, 'args' | 'invocation'>): Promise<Target> {
  const { newMaster, conf, globalConf } = args;
  if (!newMaster) throw new UsageError(['the new master is not known:', ...args.problems].join('\n  '));
  if (newMaster.user !== undefined && newMaster.password) {
    return { ...newMaster, user: newMaster.user, password: newMaster.password };
  }
  return targetFrom(await readCluster({ conf, globalConf, env: invocation.env, master: newMaster }), newMaster);
}

/** Undefined if no file is named and none is found: there are no settings then, and `stop` and `status` refuse. */
async function mhaFileOf({ args, invocation }: Pick<HookCall, 'args' | 'invocation'>): Promise<string | undefined> {
  const named = args.conf ?? (invocation.env.MHA_HELPER_CONF || undefined);
  if (named !== undefined) return named;
  const wanted = { globalConf: args.globalConf, env: invocation.env, master: args.origMaster ?? args.newMaster };
  return (await readMhaFile(wanted).catch(() => undefined))?.file;
}
