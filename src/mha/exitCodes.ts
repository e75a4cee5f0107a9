import { Degraded, UsageError } from '../base/errors.ts';

/** What MHA does on a script's exit code: 0 go on, 10 warn and go on, else die (MasterRotate.pm, MasterFailover.pm). */
export const OK = 0;
export const GO_ON = 10;
export const FAILED = 1;
export const USAGE = 2;

/** 10 only for {@link Degraded}, so never for a refusal or a failed `stop`. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Degraded) return GO_ON;
  return error instanceof UsageError ? USAGE : FAILED;
}
