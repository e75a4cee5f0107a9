import { join } from 'node:path';
import { ROOT } from './root.ts';
import { type RunOptions, type RunResult, run } from './run.ts';

/** What every Perl process of stock MHA needs in its environment to run against MariaDB. */
export const MHA_ENV = {
  PERL5OPT: `-I${join(ROOT, 'conf/perl')} -MMHACompat`,
} as const;

/**
 * Runs one of stock MHA's programs. With `manager_log` set, MHA writes to that file and not to its output: read
 * {@link Lab.readManagerLog} as well.
 */
export function runMha(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return run(program, args, { limitMs: 120_000, ...options, env: { ...MHA_ENV, ...options.env } });
}

/** `masterha_master_switch` for a living master, as an operator would run it without questions. */
export function onlineSwitch(confFile: string, newMaster: string, more: readonly string[] = []): Promise<RunResult> {
  const args = ['--master_state=alive', `--conf=${confFile}`, `--new_master_host=${newMaster}`, '--interactive=0'];
  return runMha('masterha_master_switch', [...args, '--orig_master_is_new_slave', ...more]);
}

/** `masterha_master_switch` for a dead master. */
export function deadMasterSwitch(
  confFile: string,
  dead: { host: string; port: number },
  more: readonly string[] = [],
): Promise<RunResult> {
  const who = [`--dead_master_host=${dead.host}`, `--dead_master_ip=${dead.host}`, `--dead_master_port=${dead.port}`];
  const args = ['--master_state=dead', `--conf=${confFile}`, ...who, '--ignore_last_failover', '--interactive=0'];
  return runMha('masterha_master_switch', [...args, ...more]);
}
