import { nameOf } from '../../base/server.ts';
import type { Fenced } from '../../capabilities/fence/result.ts';
import { FAILED, GO_ON, OK } from '../../mha/exitCodes.ts';
import type { FenceContext } from './context.ts';

/** Which of MHA's scripts was called, and how. */
export interface FenceCaller {
  readonly script: 'master_ip_failover' | 'mha_fence';
  readonly mode: 'stopssh' | 'stop';
}

/**
 * What MHA must read in the exit code (MasterFailover.pm, force_shutdown_internal). Of shutdown_script, 0 means that the host
 * has no ssh any more, so that MHA does not save its binlogs, and 10 that it has; of the hook both mean to go on.
 *
 * | script             | mode    | fenced by | not fenced, fence_needed = no | not fenced, fence_needed = yes |
 * |--------------------|---------|-----------|-------------------------------|--------------------------------|
 * | master_ip_failover | stopssh | 0         | 10                            | 1                              |
 * | master_ip_failover | stop    | 0         | 10                            | 1                              |
 * | mha_fence          | stopssh | host 10, power 0 | 10                     | 1                              |
 * | mha_fence          | stop    | 0         | 0                             | 1                              |
 *
 * Without a configuration, both go on as if fence_needed were no.
 *
 * If MHA has a shutdown_script, mha_fence or another, that is called after the hook and has the last word: the hook goes on.
 */
export function exitOf(
  { script, mode }: FenceCaller,
  { fenced, by }: Fenced,
  needed: boolean,
  mayGoOn: boolean,
): number {
  if (!fenced && needed && !mayGoOn) return FAILED;
  if (script === 'mha_fence') return mode === 'stopssh' && by !== 'power' ? GO_ON : OK;
  return fenced ? OK : GO_ON;
}

/** For the operator: what was done or not, and what to do now. `code` is that of {@link exitOf}. */
export function fenceLine({ server }: FenceContext, { fenced, text, advice }: Fenced, code: number): string {
  const name = nameOf(server);
  if (fenced) return `${name} is fenced: ${text}`;
  const then = code === FAILED ? ` ${NO_FAILOVER}` : '';
  return `NOT FENCED: ${name} may still take writes: ${text}. Now: ${advice ?? 'end it by hand'}.${then}`;
}

/** MasterFailover.pm, force_shutdown: it stops the IO threads before it calls the scripts, and starts none if it dies. */
const NO_FAILOVER =
  'No failover (fence_needed). MHA stopped the replicas’ IO threads and starts none: if the master lives, START SLAVE ' +
  'IO_THREAD (MySQL: START REPLICA IO_THREAD) on each; remove APP.failover.error before the next failover.';
