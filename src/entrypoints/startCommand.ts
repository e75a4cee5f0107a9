import { CALLS, openedEarly } from '../adapters/calls.ts';
import { systemClock } from '../adapters/clock.ts';
import { Degraded } from '../base/errors.ts';
import { listItem } from '../base/text.ts';
import { patient } from '../procedures/patience.ts';
import type { HookCall } from './hook.ts';
import { wayToOpen } from './startReach.ts';

/** Every try has the settings' limits; this is for all of them. A server that is there is opened in milliseconds. */
const OPENING = { graceMs: 2000, limitMs: 60_000, what: 'opening the new master' };
/** Cut off in the middle, `mha_recover` does the rest. A hundred accounts take less than a second. */
const AFTER = { graceMs: 10_000, limitMs: 600_000, what: 'what start does after opening the new master' };

/**
 * `start` of both hooks: the new master takes writes first, whatever else is wrong; then the privileges and the events,
 * and only then is loaded what these need. Exit 0; 10 where something beside it went wrong; 1 only where the new master
 * cannot be written to.
 */
export async function startCommand(call: HookCall): Promise<number> {
  const problems = [...call.args.problems];
  const began = systemClock.began().toISOString();
  await open(call);
  const opened = openedEarly(call.invocation.env[CALLS]) ?? systemClock.now().toISOString();
  const { afterOpening } = await import('./afterOpening.ts');
  problems.push(...(await afterOpening(call, patient(call.invocation.signal, AFTER), { began, opened })));
  if (problems.length === 0) return 0;
  const lines = ['the new master takes writes, but:', ...problems.map(listItem), 'mend this and run mha_recover'];
  throw new Degraded(lines.join('\n'));
}

/** The settings are read while the MySQL client is loading. */
async function open({ args, invocation, log }: HookCall): Promise<void> {
  const interrupted = invocation.signal;
  const signal = patient(interrupted, OPENING);
  const way = wayToOpen({ args, invocation });
  way.catch(() => {});
  const [{ openNewMaster }, { Sessions }] = await Promise.all([
    import('../procedures/openNewMaster.ts'),
    import('../procedures/sessions.ts'),
  ]);
  const { newMaster, reach } = await way;
  const sessions = new Sessions(() => reach, signal);
  try {
    await openNewMaster({ newMaster, sessions, log, clock: systemClock, signal, interrupted });
  } finally {
    await sessions.closeAll();
  }
}
