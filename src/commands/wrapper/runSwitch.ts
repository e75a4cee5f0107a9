import { systemClock } from '../../adapters/clock.ts';
import { thisProcess, WRAPPER, wrapperMark } from '../../adapters/machine.ts';
import { packageFolder } from '../../adapters/package.ts';
import { CALLS } from '../../adapters/programs/calls.ts';
import { ConfigError, messageOf } from '../../base/errors.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { askPerl, NEWER_VERSION, withCompat } from '../../mha/compat.ts';
import { optionAmong } from '../../mha/masterSwitch.ts';
import { type MasterhaResult, runMasterha } from '../../mha/runMasterha.ts';
import { STAY_CLOSED, staysClosed } from '../../mha/stayClosed.ts';
import { chartFor, newestRecord, ranBy } from '../mha_report/records.ts';
import { type EarlyOpening, openEarly } from './earlyOpening.ts';
import { type MhaOutput, mhaOutput } from './mhaOutput.ts';
import { refuseOpen } from './refuseOpen.ts';
import { watchRows } from './rows.ts';
import { settle } from './settle.ts';
import { summary } from './switchEnd.ts';
import type { SwitchRun } from './switchRun.ts';

/** Runs MHA, settles what it leaves, and shows the result. Returns MHA's exit code, or 1 if something is wrong. */
export async function runSwitch(run: SwitchRun): Promise<number> {
  await refuseOpen(run);
  const output = mhaOutput(run);
  const listed = { ...run, log: output.log };
  const compareRows = watchRows(listed);
  const result = await masterha(listed, output);
  const settled = await settle(listed, result);
  const code = await summary(listed, result, { settled, compareRows });
  await showRecord(run);
  return code;
}

/** Shows the record of this run, if there is one; for people, so no failure here changes the exit code. */
async function showRecord({ cluster, invocation, log }: SwitchRun): Promise<void> {
  try {
    const record = await newestRecord(cluster, systemClock.began(), ranBy([thisProcess()]));
    if (record) invocation.print(`\n${chartFor(record, invocation.env, { remarks: false })}`);
  } catch (error) {
    log.warning(`the record of this switch cannot be shown: ${messageOf(error)}`);
  }
}

/** Runs MHA, and opens the new master while the hook is still starting. */
async function masterha(run: SwitchRun, output: MhaOutput): Promise<MasterhaResult> {
  const closed = staysClosed(run.args);
  const early = closed ? notEarly() : openEarly(run.cluster, run.log);
  try {
    const result = await runMasterha({
      args: withGlobalConf(run),
      env: { ...(await masterhaEnvironment(run)), ...early.env, [STAY_CLOSED]: closed ? '1' : undefined },
      followLog: run.followLog,
      print: output.line,
      log: run.log,
      onInterrupt: run.invocation.onInterrupt,
      signal: run.invocation.signal,
    });
    output.end(result.exitCode !== 0);
    return { ...result, startSeen: result.startSeen || (await early.end()) };
  } finally {
    await early.end();
  }
}

/** For `--skip_disable_read_only`. */
function notEarly(): EarlyOpening {
  return { env: { [CALLS]: undefined, [WRAPPER]: wrapperMark() }, end: async () => false };
}

/** Adds the global file, unless masterha's own options name one. */
export function withGlobalConf({ args, globalConf }: Pick<SwitchRun, 'args' | 'globalConf'>): readonly string[] {
  return globalConf && optionAmong(args, 'global_conf') === undefined ? [...args, `--global_conf=${globalConf}`] : args;
}

/** @throws ConfigError if MHA's file names no such script: MHA would move the master without us. */
export function requireHook(cluster: Cluster, parameter: string): void {
  if (cluster.config.servers.every((s) => s.params.get(parameter))) return;
  const name = parameter.replace(/_script$/, '');
  throw new ConfigError(
    `${cluster.config.file} sets no ${parameter}, so MHA would move the master while applications write to it. ` +
      `Add: ${parameter} = ${packageFolder('bin')}/${name} --conf=${cluster.config.file}`,
  );
}

/** The environment of MHA's programs and hooks: its files, and MHACompat.pm. */
export async function masterhaEnvironment(
  run: Pick<SwitchRun, 'cluster' | 'invocation' | 'globalConf'>,
): Promise<NodeJS.ProcessEnv> {
  const env = {
    ...run.invocation.env,
    MHA_HELPER_CONF: run.cluster.config.file,
    ...(run.globalConf ? { MHA_HELPER_GLOBAL_CONF: run.globalConf } : {}),
  };
  const { loaded } = await askPerl([NEWER_VERSION], { env, signal: run.invocation.signal });
  return loaded === undefined ? withCompat(env) : env;
}
