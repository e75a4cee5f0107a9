import { systemClock } from '../adapters/clock.ts';
import { Degraded, messageOf, UsageError } from '../base/errors.ts';
import type { Target } from '../base/server.ts';
import { Sessions } from '../procedures/sessions.ts';
import { finishStart, journalOf, openNewMaster } from '../procedures/start.ts';
import { readCluster, switchContext, targetFrom } from './cluster.ts';
import type { HookCall, HookCommand } from './hook.ts';

/** Enough for a first connection where the settings cannot be read. */
const PLAIN_REACH = { limits: { connectMs: 5000, statementMs: 10_000 } };

/** Not interrupted: a new master that is half open helps nobody, and every wait in it has its limit. */
const NEVER = new AbortController().signal;

/**
 * `start` of both hooks: the new master takes writes first, whatever else is wrong; then the privileges and the events.
 * Exit 0; 10 where something beside it went wrong; 1 only where the new master cannot be written to.
 */
export const startCommand: HookCommand = {
  needs: ['orig_master', 'new_master'],
  inSpiteOfProblems: true,
  run: async (call) => {
    const problems = [...call.args.problems];
    const sessions = new Sessions(() => PLAIN_REACH);
    try {
      await openNewMaster({
        newMaster: await newMasterOf(call),
        sessions,
        log: call.log,
        clock: systemClock,
        signal: NEVER,
      });
    } finally {
      await sessions.closeAll();
    }
    problems.push(...(await rest(call)));
    if (problems.length === 0) return 0;
    throw new Degraded(
      ['the new master takes writes, but:', ...problems.map((p) => `  - ${p}`), 'mend this and run mha_recover'].join(
        '\n',
      ),
    );
  },
};

/** From MHA's arguments alone where they suffice; the configuration is read only for credentials they lack. */
async function newMasterOf(call: HookCall): Promise<Target> {
  const { newMaster } = call.args;
  if (!newMaster) throw new UsageError(['the new master is not known:', ...call.args.problems].join('\n  '));
  if (newMaster.user !== undefined && newMaster.password) {
    return { ...newMaster, user: newMaster.user, password: newMaster.password };
  }
  const cluster = await readCluster({
    conf: call.args.conf,
    globalConf: call.args.globalConf,
    env: call.invocation.env,
    master: newMaster,
  });
  return targetFrom(cluster, newMaster);
}

async function rest(call: HookCall): Promise<string[]> {
  const { origMaster, newMaster } = call.args;
  if (!origMaster || !newMaster)
    return ['which master it replaces is not known: privileges and events were not given back'];
  try {
    const cluster = await readCluster({
      conf: call.args.conf,
      globalConf: call.args.globalConf,
      env: call.invocation.env,
      master: origMaster,
    });
    const masters = { orig: targetFrom(cluster, origMaster), next: targetFrom(cluster, newMaster) };
    const context = switchContext(cluster, masters, { log: call.log, signal: NEVER });
    try {
      return await finishStart(context, journalOf(context));
    } finally {
      await context.sessions.closeAll();
    }
  } catch (error) {
    return [messageOf(error)];
  }
}
