import type { Target } from '../../base/server.ts';
import { type Cluster, findServer, readCluster, type Wanted } from '../../cluster/cluster.ts';
import type { ParsedOptions } from '../../mha/options.ts';
import { openLog } from '../cli/terminal.ts';
import { type ToolCall, whereIn } from '../cli/tool.ts';
import { refuseWithoutModule } from './refuseWithoutModule.ts';
import { requireHook, runSwitch } from './runSwitch.ts';
import type { SwitchRun } from './switchRun.ts';

/** How one of the wrappers moves the master. */
export interface Wrapper {
  readonly hook: 'master_ip_online_change_script' | 'master_ip_failover_script';
  /** The dead master, as the operator names it. */
  readonly master?: Wanted['master'];
  /** What MHA is run with. */
  plan(cluster: Cluster): Pick<SwitchRun, 'args' | 'dead' | 'newMaster' | 'followLog'>;
  /** Shows what will happen, and asks. */
  agreed(run: SwitchRun, yes: boolean): Promise<boolean>;
}

/** Runs MHA if the operator agrees. Returns the exit code. */
export async function runWrapper({ invocation, options }: ToolCall, wrapper: Wrapper): Promise<number> {
  const logLevel = options.values.get('log_level');
  const log = openLog(logLevel);
  const { conf, globalConf } = whereIn(options);
  const cluster = await readCluster({ conf, globalConf, env: invocation.env, master: wrapper.master });
  requireHook(cluster, wrapper.hook);
  const verbose = options.flags.has('verbose');
  const run = { cluster, invocation, log, logLevel, globalConf, verbose, ...wrapper.plan(cluster) };
  await refuseWithoutModule(run);
  if (await wrapper.agreed(run, options.flags.has('yes'))) return runSwitch(run);
  invocation.print('nothing was done');
  return 1;
}

/** What is wrong with the options of a wrapper. */
export function wrongForMha({ problems, unknown }: ParsedOptions): string[] {
  return [...problems, ...unknown.map((option) => `${option} is unknown; masterha's own options go after --`)];
}

/** The new master that the options name. @throws ConfigError if MHA's file does not list it */
export function newMasterIn({ values }: ParsedOptions, cluster: Cluster): Target | undefined {
  const host = values.get('new_master_host');
  return host === undefined ? undefined : findServer(cluster, host, values.get('new_master_port'));
}
