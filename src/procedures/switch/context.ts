import { deadline } from '../../adapters/clock.ts';
import { HelperError } from '../../base/errors.ts';
import { endpointOf, nameOf, type Target } from '../../base/server.ts';
import type { KeepRules } from '../../capabilities/accounts/shutOut/keep.ts';
import type { JournalStore } from '../../capabilities/journal/store.ts';
import type { Sessions } from '../../cluster/sessions.ts';
import type { Settings } from '../../config/helper/settings.ts';
import type { EngineContext } from '../engine/step.ts';

/** Everything a procedure works with. Its effects go through `sessions`, `journals`, `log` and `clock` only. */
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
  readonly journals: JournalStore;
}

/** The switch as its journal names it. */
export function aboutSwitch({ conf, origMaster, newMaster, replicas }: SwitchContext) {
  const [orig, next] = [endpointOf(origMaster), endpointOf(newMaster)];
  return { conf, origMaster: orig, newMaster: next, replicas: replicas.map(endpointOf) };
}

/** Where a step of a switch is done, and what it is: for its log lines and its record. */
export const atOrigMaster = (kind: string) => on('original master', ({ origMaster }) => origMaster, kind);
export const atNewMaster = (kind: string) => on('new master', ({ newMaster }) => newMaster, kind);

function on(role: string, where: (context: SwitchContext) => Target, kind: string) {
  return { kind, where, title: (context: SwitchContext) => `${role} ${nameOf(where(context))}: ${kind}` };
}

/**
 * The same context for undoing `grants` of rights: not interrupted by the signal, but by `undo_timeout` and what the
 * grants take. (With 30,000 rows in mysql.db, MariaDB 10.11 takes about 5 ms a GRANT.)
 */
export function undoing(context: SwitchContext, grants: number): SwitchContext {
  const ms = context.settings.undoMs + grants * MS_A_GRANT;
  return limited(context, deadline(ms, new HelperError(`not all was put back within ${ms / 1000} s (undo_timeout)`)));
}

const MS_A_GRANT = 20;

/** So long a server may take to say who it is; one that is cut off must not use up the time for undoing. */
const LOOK_MS = 4000;

/** The same context for one look at the servers: not interrupted by the signal, but over soon. */
export function looking(context: SwitchContext): SwitchContext {
  return limited(context, deadline(LOOK_MS, new HelperError(`no answer within ${LOOK_MS / 1000} s`)));
}

/** The same context, ended by `stop_timeout` as well. */
export function stopping(context: SwitchContext): SwitchContext {
  const { stopMs } = context.settings;
  const over = deadline(stopMs, new HelperError(`stop did not end within ${stopMs / 1000} s (stop_timeout)`));
  return limited(context, AbortSignal.any([context.signal, over]));
}

function limited(context: SwitchContext, signal: AbortSignal): SwitchContext {
  return { ...context, signal, sessions: context.sessions.under(signal) };
}
