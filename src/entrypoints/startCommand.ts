import { CALLS, openedEarly } from '../adapters/calls.ts';
import { systemClock } from '../adapters/clock.ts';
import { Degraded, UsageError } from '../base/errors.ts';
import type { Target } from '../base/server.ts';
import { openNewMaster } from '../procedures/openNewMaster.ts';
import { Sessions } from '../procedures/sessions.ts';
import type { HookCall } from './hook.ts';

/** Enough for a first connection where the settings cannot be read. */
const PLAIN_REACH = { limits: { connectMs: 5000, statementMs: 10_000 } };

/** Not interrupted: a new master that is half open helps nobody, and every wait in it has its limit. */
const NEVER = new AbortController().signal;

/**
 * `start` of both hooks: the new master takes writes first, whatever else is wrong; then the privileges and the events,
 * and only then is loaded what these need. Exit 0; 10 where something beside it went wrong; 1 only where the new master
 * cannot be written to.
 */
export async function startCommand(call: HookCall): Promise<number> {
  const problems = [...call.args.problems];
  const sessions = new Sessions(() => PLAIN_REACH);
  const { log } = call;
  const began = systemClock.began().toISOString();
  let opened = began;
  try {
    await openNewMaster({ newMaster: await newMasterOf(call), sessions, log, clock: systemClock, signal: NEVER });
    opened = openedEarly(call.invocation.env[CALLS]) ?? systemClock.now().toISOString();
  } finally {
    await sessions.closeAll();
  }
  const { afterOpening } = await import('./afterOpening.ts');
  problems.push(...(await afterOpening(call, NEVER, { began, opened })));
  if (problems.length === 0) return 0;
  const lines = [
    'the new master takes writes, but:',
    ...problems.map((p) => `  - ${p}`),
    'mend this and run mha_recover',
  ];
  throw new Degraded(lines.join('\n'));
}

/** From MHA's arguments alone where they suffice; the configuration is read only for credentials they lack. */
async function newMasterOf(call: HookCall): Promise<Target> {
  const { newMaster } = call.args;
  if (!newMaster) throw new UsageError(['the new master is not known:', ...call.args.problems].join('\n  '));
  if (newMaster.user !== undefined && newMaster.password) {
    return { ...newMaster, user: newMaster.user, password: newMaster.password };
  }
  const { readCluster, targetFrom } = await import('./cluster.ts');
  const { conf, globalConf } = call.args;
  return targetFrom(await readCluster({ conf, globalConf, env: call.invocation.env, master: newMaster }), newMaster);
}
