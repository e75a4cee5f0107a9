import { systemClock } from '../../adapters/clock.ts';
import { Degraded, messageOf } from '../../base/errors.ts';
import { listItem } from '../../base/text.ts';
import { Sessions } from '../../cluster/sessions.ts';
import { patient } from '../../procedures/engine/patience.ts';
import { finishStart } from '../../procedures/start/index.ts';
import { closeIfSecond, mayOpen, type Permission } from '../../procedures/start/mayOpen.ts';
import { openNewMaster } from '../../procedures/start/openNewMaster.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import type { HookCall } from './hook.ts';
import { hookContext } from './hookContext.ts';
import { wayToOpen } from './startReach.ts';

/** For all attempts together; each has the limits of the settings. A server that answers is opened in milliseconds. */
const OPENING = { limitMs: 60_000, what: 'opening the new master' };
/** After a planned one, the statement on the server is to be ended before the guardian sends SIGKILL, see mha/watch.ts. */
const OPENING_GRACE_MS = { planned: 400, dead: 2000 } as const;
/** If it is cut off, `mha_recover` does the rest. A hundred accounts take less than a second. */
const AFTER = { graceMs: 10_000, limitMs: 600_000, what: 'what start does after opening the new master' };

/**
 * `start` of both hooks: takes the claim, makes sure that no other server is the master, opens the new one whatever else is
 * wrong, and then gives back privileges and events. Exit 10 if only the latter failed; 1 if the new master is not open.
 */
export async function startCommand(call: HookCall, how: 'planned' | 'dead'): Promise<number> {
  const problems = [...call.args.problems];
  const signal = patient(call.invocation.signal, { ...OPENING, graceMs: OPENING_GRACE_MS[how] });
  const context = await contextFor(call, signal, problems);
  problems.push(...(context ? await openAndGoOn(call, context, how) : await openBlindly(call, signal)));
  if (problems.length === 0) return 0;
  const lines = ['the new master takes writes, but:', ...problems.map(listItem), 'fix this and run mha_recover'];
  throw new Degraded(lines.join('\n'));
}

async function openAndGoOn(call: HookCall, context: SwitchContext, how: 'planned' | 'dead'): Promise<string[]> {
  const interrupted = call.invocation.signal;
  const began = systemClock.began().toISOString();
  let permission: Permission | undefined;
  try {
    connectMeanwhile(context);
    permission = await mayOpen(context, how);
    await openNewMaster({ ...context, interrupted });
    const opened = (await permission.journal?.openedEarly()) ?? systemClock.now().toISOString();
    if (how === 'planned') await closeIfSecond(context, permission.journal);
    const signal = patient(interrupted, AFTER);
    const after = { ...context, signal, sessions: context.sessions.under(signal) };
    const { journal, problems } = permission;
    const wrong = finishStart(after, { how, times: { began, opened }, journal }).catch((error) => [messageOf(error)]);
    return [...problems, ...(await wrong)];
  } finally {
    await permission?.claim?.handOver();
    await context.sessions.closeAll();
  }
}

/** The login takes as long as the claim and the journal. Whether it failed, the first that needs the session finds out. */
function connectMeanwhile({ sessions, newMaster }: SwitchContext): void {
  sessions.of(newMaster).catch(() => {});
}

/** Undefined if the configuration cannot be read; adds the reason to `problems`. */
async function contextFor(call: HookCall, signal: AbortSignal, problems: string[]): Promise<SwitchContext | undefined> {
  if (!call.args.origMaster || !call.args.newMaster) return undefined;
  return hookContext(call, signal).catch((error) => void problems.push(messageOf(error)));
}

/** Without a configuration there is no journal. Returns what was not done. */
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
