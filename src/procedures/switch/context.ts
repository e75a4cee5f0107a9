import { deadline } from '../../adapters/clock.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { HelperError } from '../../base/errors.ts';
import { endpointOf, nameOf, type Target } from '../../base/server.ts';
import type { KeepRules } from '../../capabilities/accounts/shutOut/keep.ts';
import type { JournalStore } from '../../capabilities/journal/store.ts';
import type { Sessions } from '../../cluster/sessions.ts';
import type { Settings } from '../../config/helper/settings.ts';
import type { EngineContext } from '../engine/step.ts';
import type { Guardian } from '../guard/port.ts';

/** Everything a procedure works with. It has effects only through `sessions`, `journals`, `log` and `clock`. */
export interface SwitchContext extends EngineContext {
  /** MHA's configuration file, for messages and the journal. */
  readonly conf: string;
  readonly origMaster: Target;
  readonly newMaster: Target;
  /** The other servers of the configuration. */
  readonly replicas: readonly Target[];
  /** True if MHA was asked to make the original master a replica of the new one. */
  readonly origBecomesReplica?: boolean;
  /** Of the original master. */
  readonly settings: Settings;
  readonly rules: KeepRules;
  readonly sessions: Sessions;
  /** How long one look at the servers may take, if not {@link LOOK_MS}. */
  readonly lookMs?: number;
  readonly journals: JournalStore;
  /** Only in `stop`, if MHA runs it. */
  readonly guardian?: Guardian | undefined;
}

/** The session of `stop` on the original master: without binlog. */
export function origSession({ sessions, origMaster }: SwitchContext): Promise<Session> {
  return sessions.withoutBinlog(origMaster);
}

/** The switch as its journal names it. */
export function aboutSwitch({ conf, origMaster, newMaster, replicas }: SwitchContext) {
  const [orig, next] = [endpointOf(origMaster), endpointOf(newMaster)];
  return { conf, origMaster: orig, newMaster: next, replicas: replicas.map(endpointOf) };
}

/** On which server a step works and what it does there, for its log lines and its record. */
export const atOrigMaster = (kind: string) => on('original master', ({ origMaster }) => origMaster, kind);
export const atNewMaster = (kind: string) => on('new master', ({ newMaster }) => newMaster, kind);

function on(role: string, where: (context: SwitchContext) => Target, kind: string) {
  return { kind, where, title: (context: SwitchContext) => `${role} ${nameOf(where(context))}: ${kind}` };
}

/**
 * The same context for undoing so many grants: ended not by the signal, but by `undo_timeout` plus the time for the grants.
 * (With 30,000 rows in mysql.db, MariaDB 10.11 takes about 5 ms a GRANT.)
 */
export function undoing(context: SwitchContext, grants: number): SwitchContext {
  const ms = context.settings.undoMs + grants * 20;
  return limited(context, deadline(ms, new HelperError(`not all was put back within ${ms / 1000} s (undo_timeout)`)));
}

/** The limit for one look: a server that is cut off must not use up the time for undoing. */
const LOOK_MS = 4000;

/** The same context for one look at the servers: ended not by the signal, but soon. */
export function looking(context: SwitchContext): SwitchContext {
  const { lookMs = LOOK_MS } = context;
  return limited(context, deadline(lookMs, new HelperError(`no answer within ${lookMs / 1000} s`)));
}

/** The same context, ended by `stop_timeout` too. */
export function stopping(context: SwitchContext): SwitchContext {
  const { stopMs } = context.settings;
  const over = deadline(stopMs, new HelperError(`stop did not end within ${stopMs / 1000} s (stop_timeout)`));
  return limited(context, AbortSignal.any([context.signal, over]));
}

export function limited(context: SwitchContext, signal: AbortSignal): SwitchContext {
  return { ...context, signal, sessions: context.sessions.under(signal) };
}
