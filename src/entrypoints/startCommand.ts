import { CALLS, openedEarly } from '../adapters/calls.ts';
import { systemClock } from '../adapters/clock.ts';
import { Degraded, messageOf, UsageError } from '../base/errors.ts';
import type { Target } from '../base/server.ts';
import type { SwitchContext } from '../procedures/context.ts';
import { mayOpen, type Permission } from '../procedures/mayOpen.ts';
import { openNewMaster } from '../procedures/openNewMaster.ts';
import { Sessions } from '../procedures/sessions.ts';
import { afterOpening } from './afterOpening.ts';
import { readCluster, switchContext, targetFrom } from './cluster.ts';
import type { HookCall } from './hook.ts';

/** Enough for a first connection if the settings cannot be read. */
const PLAIN_REACH = { limits: { connectMs: 5000, statementMs: 10_000 } };

/** Not interrupted: a new master that is half open helps nobody, and every wait in it has its limit. */
const NEVER = new AbortController().signal;

/**
 * `start` of both hooks: takes the claim, makes sure that no other server is the master, and opens the new one, whatever else
 * is wrong; then come the privileges and the events. Exit 0; 10 if something beside it went wrong; 1 only if the new master
 * cannot be written to, or must not be.
 */
export async function startCommand(call: HookCall, how: 'planned' | 'dead'): Promise<number> {
  const problems = [...call.args.problems];
  const context = await contextFor(call, problems);
  const began = systemClock.began().toISOString();
  if (!context) problems.push(...(await openBlindly(call)));
  else {
    try {
      const permission = await mayOpen(context, how);
      problems.push(...(await openAndGoOn(call, context, permission, { how, began })));
    } finally {
      await context.sessions.closeAll();
    }
  }
  if (problems.length === 0) return 0;
  const lines = [
    'the new master takes writes, but:',
    ...problems.map((p) => `  - ${p}`),
    'mend this and run mha_recover',
  ];
  throw new Degraded(lines.join('\n'));
}

async function openAndGoOn(
  call: HookCall,
  context: SwitchContext,
  permission: Permission,
  { how, began }: { readonly how: 'planned' | 'dead'; readonly began: string },
): Promise<string[]> {
  try {
    await openNewMaster(context);
    const opened = openedEarly(call.invocation.env[CALLS]) ?? systemClock.now().toISOString();
    return await afterOpening(context, permission, { how, times: { began, opened } });
  } finally {
    permission.claim?.handOver();
  }
}

/** Undefined if the configuration cannot be read; why is among the problems then. */
async function contextFor({ args, invocation, log }: HookCall, problems: string[]): Promise<SwitchContext | undefined> {
  const { origMaster, newMaster, conf, globalConf } = args;
  if (!origMaster || !newMaster) return undefined;
  try {
    const cluster = await readCluster({ conf, globalConf, env: invocation.env, master: origMaster });
    const masters = { orig: targetFrom(cluster, origMaster), next: targetFrom(cluster, newMaster) };
    return switchContext(cluster, masters, { log, signal: NEVER });
  } catch (error) {
    problems.push(messageOf(error));
    return undefined;
  }
}

/** From MHA's arguments alone. Returns what cannot be done then. */
async function openBlindly(call: HookCall): Promise<string[]> {
  const sessions = new Sessions(() => PLAIN_REACH);
  try {
    await openNewMaster({ newMaster: newMasterOf(call), sessions, log: call.log, clock: systemClock, signal: NEVER });
    return ['privileges and events were not given back'];
  } finally {
    await sessions.closeAll();
  }
}

function newMasterOf({ args: { newMaster, problems } }: HookCall): Target {
  if (!newMaster) throw new UsageError(['the new master is not known:', ...problems].join('\n  '));
  if (newMaster.user !== undefined && newMaster.password) {
    return { ...newMaster, user: newMaster.user, password: newMaster.password };
  }
  throw new UsageError(['who is to log in to the new master is not known:', ...problems].join('\n  '));
}
