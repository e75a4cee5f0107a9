import { systemClock } from '../../adapters/clock.ts';
import { CALLS, openedEarly } from '../../adapters/programs/calls.ts';
import { Degraded, messageOf } from '../../base/errors.ts';
import { listItem } from '../../base/text.ts';
import { readCluster, targetFrom } from '../../cluster/cluster.ts';
import { Sessions } from '../../cluster/sessions.ts';
import { patient } from '../../procedures/engine/patience.ts';
import { finishStart } from '../../procedures/start/index.ts';
import { closeIfSecond, mayOpen, type Permission } from '../../procedures/start/mayOpen.ts';
import { openNewMaster } from '../../procedures/start/openNewMaster.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import type { HookCall } from './hook.ts';
import { wayToOpen } from './startReach.ts';

/** Every try has the settings' limits; this is for all of them. A server that is there is opened in milliseconds. */
const OPENING = { graceMs: 2000, limitMs: 60_000, what: 'opening the new master' };
/** Cut off in the middle, `mha_recover` does the rest. A hundred accounts take less than a second. */
const AFTER = { graceMs: 10_000, limitMs: 600_000, what: 'what start does after opening the new master' };

/**
 * `start` of both hooks: takes the claim, makes sure that no other server is the master, and opens the new one, whatever else
 * is wrong; then come the privileges and the events. Exit 0; 10 if something beside it went wrong; 1 only if the new master
 * cannot be written to, or must not be.
 */
export async function startCommand(call: HookCall, how: 'planned' | 'dead'): Promise<number> {
  const problems = [...call.args.problems];
  const signal = patient(call.invocation.signal, OPENING);
  const context = await contextFor(call, signal, problems);
  problems.push(...(context ? await openAndGoOn(call, context, how) : await openBlindly(call, signal)));
  if (problems.length === 0) return 0;
  const lines = ['the new master takes writes, but:', ...problems.map(listItem), 'mend this and run mha_recover'];
  throw new Degraded(lines.join('\n'));
}

async function openAndGoOn(call: HookCall, context: SwitchContext, how: 'planned' | 'dead'): Promise<string[]> {
  const interrupted = call.invocation.signal;
  const began = systemClock.began().toISOString();
  let permission: Permission | undefined;
  try {
    permission = await mayOpen(context, how);
    await openNewMaster({ ...context, interrupted });
    const opened = openedEarly(call.invocation.env[CALLS]) ?? systemClock.now().toISOString();
    if (how === 'planned') await closeIfSecond(context, permission.journal);
    const signal = patient(interrupted, AFTER);
    const after = { ...context, signal, sessions: context.sessions.under(signal) };
    const { journal, problems } = permission;
    const left = await finishStart(after, { journal, how, times: { began, opened } }).catch((e) => [messageOf(e)]);
    return [...problems, ...left];
  } finally {
    await permission?.claim?.handOver();
    await context.sessions.closeAll();
  }
}

/** Undefined if the configuration cannot be read; why is among the problems then. */
async function contextFor(
  { args, invocation, log }: HookCall,
  signal: AbortSignal,
  problems: string[],
): Promise<SwitchContext | undefined> {
  const { origMaster, newMaster, conf, globalConf } = args;
  if (!origMaster || !newMaster) return undefined;
  try {
    const cluster = await readCluster({ conf, globalConf, env: invocation.env, master: origMaster });
    const masters = { orig: targetFrom(cluster, origMaster), next: targetFrom(cluster, newMaster) };
    return switchContext(cluster, masters, { log, signal });
  } catch (error) {
    problems.push(messageOf(error));
    return undefined;
  }
}

/** Without a configuration there is no journal to be found. Returns what cannot be done then. */
async function openBlindly({ args, invocation, log }: HookCall, signal: AbortSignal): Promise<string[]> {
  const { newMaster, reach } = await wayToOpen({ args, invocation });
  const sessions = new Sessions(() => reach, signal);
  try {
    await openNewMaster({ newMaster, sessions, log, clock: systemClock, signal, interrupted: invocation.signal });
    return ['privileges and events were not given back'];
  } finally {
    await sessions.closeAll();
  }
}
