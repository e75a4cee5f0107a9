import { systemClock } from '../../adapters/clock.ts';
import { thisProcess } from '../../adapters/machine.ts';
import { packageFolder } from '../../adapters/package.ts';
import { ConfigError, messageOf } from '../../base/errors.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { askPerl, NEWER_VERSION, withCompat } from '../../mha/compat.ts';
import { optionAmong } from '../../mha/masterSwitch.ts';
import { runMasterha } from '../../mha/runMasterha.ts';
import { STAY_CLOSED, staysClosed } from '../../mha/stayClosed.ts';
import { chartFor, newestRecord, ranBy } from '../mha_report/records.ts';
import { beGuardian, noGuardian } from './guardian.ts';
import { type MhaOutput, mhaOutput } from './mhaOutput.ts';
import { watchOldMaster } from './oldMaster.ts';
import { refuseOpen } from './refuseOpen.ts';
import { watchRows } from './rows.ts';
import { type MasterhaEnd, settle } from './settle.ts';
import { summary } from './switchEnd.ts';
import type { SwitchRun } from './switchRun.ts';

/** Runs MHA, settles what it leaves, and shows the result. Returns MHA's exit code, or 1 if something is wrong. */
export async function runSwitch(run: SwitchRun): Promise<number> {
  await refuseOpen(run);
  const output = mhaOutput(run);
  const listed = { ...run, log: output.log };
  const compareRows = watchRows(listed);
  const oldMaster = watchOldMaster(listed);
  const { result, settled } = await runAndSettle(listed, output).finally(() => oldMaster.end());
  const code = await summary(listed, result, { settled, oldMaster: await oldMaster.end(), compareRows });
  await showRecord(run);
  return code;
}

async function runAndSettle(run: SwitchRun, output: MhaOutput) {
  const result = await masterha(run, output);
  return { result, settled: await settle(run, result) };
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

/** Runs MHA as the guardian of its switch: see procedures/guard. A dead master is not shut out, so nothing is to be watched. */
async function masterha(run: SwitchRun, output: MhaOutput): Promise<MasterhaEnd> {
  const closed = staysClosed(run.args);
  const guardian = closed || run.dead ? noGuardian() : await beGuardian(run.cluster, run.log);
  try {
    const result = await runMasterha({
      args: withGlobalConf(run),
      env: { ...(await masterhaEnvironment(run)), ...guardian.env, [STAY_CLOSED]: closed ? '1' : undefined },
      followLog: run.followLog,
      print: output.line,
      log: run.log,
      onInterrupt: run.invocation.onInterrupt,
      signal: run.invocation.signal,
    });
    output.end(result.exitCode !== 0);
    const { opened, ended } = await guardian.end();
    const startSeen = result.startSeen || opened;
    return ended === undefined ? { ...result, startSeen } : { ...result, startSeen, exitCode: 1, ended };
  } finally {
    await guardian.end();
  }
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
