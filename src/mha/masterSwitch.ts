import type { Endpoint } from '../base/server.ts';

export const MASTER_SWITCH = 'masterha_master_switch';
/** Checks replication, ssh and the dead-master hook. */
export const CHECK_REPL = 'masterha_check_repl';

/** For a planned switch; without `newMaster`, MHA chooses. */
export function aliveArguments(conf: string, newMaster: Endpoint | undefined, more: readonly string[]): string[] {
  const asked = ['--master_state=alive', `--conf=${conf}`, '--interactive=0', '--orig_master_is_new_slave'];
  return [...asked, ...namedMaster(newMaster), ...more];
}

function namedMaster(newMaster: Endpoint | undefined): string[] {
  return newMaster ? [`--new_master_host=${newMaster.host}`, `--new_master_port=${newMaster.port}`] : [];
}

/**
 * For MHA's own check before a planned switch. Without its FLUSH TABLES, and without `--orig_master_is_new_slave`: for
 * that MHA briefly makes the living master a replica of a dummy host (Server.pm, read_repl_filter).
 */
export function checkArguments(conf: string, newMaster: Endpoint | undefined, more: readonly string[]): string[] {
  const asked = ['--master_state=alive', `--conf=${conf}`, '--interactive=0', '--check_only', '--flush_tables=0'];
  return [...asked, ...namedMaster(newMaster), ...more];
}

/** For a dead master; host, address and port must be exactly as in MHA's file (MasterFailover.pm). */
export function deadArguments(conf: string, dead: Endpoint, more: readonly string[]): string[] {
  const master = [`--dead_master_host=${dead.host}`, `--dead_master_ip=${dead.ip}`, `--dead_master_port=${dead.port}`];
  return ['--master_state=dead', `--conf=${conf}`, '--interactive=0', '--ignore_last_failover', ...master, ...more];
}

/** The value of an option among masterha's own; of several the last one. */
export function optionAmong(more: readonly string[], name: string): string | undefined {
  const at = more.findLastIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const arg = more[at];
  if (arg === undefined) return undefined;
  return arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : more[at + 1];
}

/** True for the line that MHA prints before it runs `start` (MasterRotate.pm, MasterFailover.pm). */
export function announcesStart(line: string): boolean {
  return /Executing master (ip online change script to allow write on the new master|IP activate script)/.test(line);
}
