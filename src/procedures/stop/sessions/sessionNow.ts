import type { ClientSession } from '../../../capabilities/sessions/clients.ts';

/** A client's session at one moment; `kept`: of an account that keeps its privileges. */
export interface SessionNow extends ClientSession {
  readonly kept: boolean;
}

/** `wait`: the session holds its step up until a later look decides otherwise. `leave`: it does not. */
export type Decision = 'end' | 'wait' | 'leave';

export function byId(sessions: readonly SessionNow[]): ReadonlyMap<number, SessionNow> {
  return new Map(sessions.map((s) => [s.id, s]));
}

/** In words; undefined if there are none. */
export function stillRunning(sessions: readonly ClientSession[]): string | undefined {
  return sessions.length > 0 ? `${sessions.length} still running: ${describe(sessions)}` : undefined;
}

export function describe(sessions: readonly ClientSession[]): string {
  const some = sessions.slice(0, 5).map((s) => `${s.id} (${s.user}@${s.host}, ${s.seconds} s)`);
  return some.join(', ') + (sessions.length > 5 ? ', ...' : '');
}
