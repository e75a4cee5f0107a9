import { join } from 'node:path';
import type { Lab } from '../tools/lab/lab.ts';
import { ROOT } from '../tools/lab/root.ts';
import { type RunOptions, type RunResult, run } from '../tools/lab/run.ts';

export type Command =
  | 'master_ip_online_change'
  | 'master_ip_failover'
  | 'mysql_online_failover'
  | 'mysql_failover'
  | 'mha_check'
  | 'mha_fence'
  | 'mha_recover'
  | 'mysql_replica_status'
  | 'mha_report';

/** The executable, as a user would name it. */
export function bin(command: Command): string {
  return join(ROOT, 'bin', command);
}

/** Runs one of our commands to its end. */
export function runCommand(command: Command, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return run(bin(command), args, options);
}

/** Writes MHA's file with our hooks in it, as the README says. */
export function configureHooks(lab: Lab, each?: Parameters<Lab['configure']>[1]): void {
  lab.configure(
    {
      master_ip_online_change_script: `${bin('master_ip_online_change')} --conf=${lab.confFile}`,
      master_ip_failover_script: `${bin('master_ip_failover')} --conf=${lab.confFile}`,
      report_script: bin('mha_report'),
    },
    each,
  );
}

/** A server of the lab, or a proxy in front of one. */
type Address = { readonly host: string; readonly port: number };

/** MHA's arguments for a call of the online hook, escaped as MHA escapes them once the shell is done. */
export function onlineArguments(lab: Lab, command: string, orig: Address, next: Address): string[] {
  const server = (role: string, s: Address) => [
    `--${role}_host=${s.host}`,
    `--${role}_ip=${s.host}`,
    `--${role}_port=${s.port}`,
    `--${role}_user=${escaped(lab.mha.user)}`,
    `--${role}_password=${escaped(lab.mha.password)}`,
    `--${role}_ssh_user=nobody`,
  ];
  return [
    `--command=${command}`,
    `--conf=${lab.confFile}`,
    ...server('orig_master', orig),
    ...server('new_master', next),
  ];
}

/** As MHA escapes a password; written from what the scripts receive, not from its source. */
export function escaped(text: string): string {
  return text.replace(/["!#&;`|*?~<>^()[\]{}$, \\]/g, '\\$&');
}
