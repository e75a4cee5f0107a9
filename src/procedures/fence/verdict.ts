import { nameOf } from '../../base/server.ts';
import type { Fenced } from '../../capabilities/fence/result.ts';
import { FAILED, GO_ON, OK } from '../../mha/exitCodes.ts';
import { type FenceContext, isShutdownScript } from './context.ts';

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
 * If mha_fence is called after the hook, that one has the last word: the hook goes on.
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

/** For the operator: what was done or not, and what to do now. */
export function fenceLine(context: FenceContext, { fenced, text, advice }: Fenced): string {
  const { server, settings } = context;
  const name = nameOf(server);
  if (fenced) return `${name} is fenced: ${text}`;
  const then = settings.fenceNeeded && !isShutdownScript(context) ? ' No failover (fence_needed).' : '';
  return `NOT FENCED: ${name} may still take writes: ${text}. Now: ${advice ?? 'end it by hand'}.${then}`;
}
