import { nameOf, type Target } from '../base/server.ts';
import { masterAmong, type Placed } from './whoIsMaster.ts';

/** `masters`: those of the others that it replicates from. */
export interface Standing<Server> {
  readonly server: Server;
  readonly state: 'writable' | 'closed' | 'down';
  readonly masters: readonly Server[];
}

/** `rivals`: writers other than the master. If the master is not known, two writers are both rivals. */
export interface MasterNow<Server> {
  readonly master: Server | undefined;
  readonly state: Standing<Server>['state'] | undefined;
  readonly rivals: readonly Server[];
}

/**
 * Who is the master, never by the order of MHA's file. A *writer* takes writes and replicates from none of the others; a
 * replica that takes writes is misconfigured, and no master. The first row that matches decides:
 *
 * | opened by this switch | followed, follows nobody | writers | master   | rivals            |
 * |-----------------------|--------------------------|---------|----------|-------------------|
 * | a server              |                          |         | that one | the other writers |
 * | none                  | one                      |         | that one | the other writers |
 * | none                  | several, none            | one     | that one | none              |
 * | none                  | several, none            | several | unknown  | all of them       |
 * | none                  | several, none            | none    | unknown  | none              |
 *
 * The server that was opened is the master even if it is read_only after a restart, is down, or still replicates from
 * the old one; any other writer, such as a crashed master that came back, is to be closed.
 */
export function masterNow<Server>(seen: readonly Standing<Server>[], opened: Server | undefined): MasterNow<Server> {
  const writers = seen.filter((one) => isLoneWriter(one.state, one.masters)).map((one) => one.server);
  const [only, ...more] = writers;
  const isFollowed = (server: Server) => seen.some((one) => one.masters.includes(server));
  const followed = masterAmong(placed(seen).filter((one) => isFollowed(one.server) || seen.length === 1));
  const master = opened ?? followed ?? (more.length === 0 ? only : undefined);
  const state = seen.find((one) => one.server === master)?.state;
  return { master, state, rivals: writers.filter((one) => one !== master) };
}

/** The one rule for a writer, wherever two masters are looked for: it takes writes and replicates from none of the others. */
export function isLoneWriter(state: string, masters: readonly unknown[]): boolean {
  return state === 'writable' && masters.length === 0;
}

/** The servers in the form that {@link masterAmong} needs. */
export function placed<Server>(seen: readonly Standing<Server>[]): Placed<Server>[] {
  return seen.map(({ server, state, masters }) => ({ server, masters, readOnly: state !== 'writable' }));
}

export function masterSentence({ master, state, rivals }: MasterNow<Target>): string {
  const names = [...(master ? [master] : []), ...rivals].map(nameOf);
  if (rivals.length > 0 && (state === 'writable' || !master))
    return `TWO MASTERS: ${names.join(' and ')} both take writes and replicate from nobody.`;
  if (!master) return 'No server is the master.';
  if (state === 'down') return `The master is ${nameOf(master)}, which cannot be reached.`;
  return `The master is ${nameOf(master)}${state === 'closed' ? ', which is read_only' : ''}.`;
}

/** True if writes are accepted in two places. */
export function isSplit<Server>({ master, state, rivals }: MasterNow<Server>): boolean {
  return rivals.length > (master && state === 'writable' ? 0 : 1);
}

/** What the operator has to do about it at once. */
export function masterProblems({ master, state, rivals }: MasterNow<Target>): string[] {
  const close = rivals.map((rival) => `SET GLOBAL read_only = 1 on ${nameOf(rival)}`).join(', ');
  if (!master) {
    if (rivals.length === 0) return [`no server takes writes: run mha_recover; ${OPEN_BY_HAND}`];
    const names = rivals.map(nameOf).join(' and ');
    return [`${names} both take writes: SET GLOBAL read_only = 1 on all but the one that has the latest rows, at once`];
  }
  const others = rivals.map(nameOf).join(' and ');
  const name = nameOf(master);
  if (rivals.length > 0 && state === 'writable')
    return [`${others} takes writes as well as the master ${name}: ${close} at once, then compare their rows`];
  const open = state === 'closed' ? `SET GLOBAL read_only = 0 on ${name}` : `bring ${name} back`;
  if (rivals.length > 0) return [`${others} takes writes and is not the master: ${close} at once, then ${open}`];
  if (state === 'closed')
    return [`${name} is the master and read_only, so nobody can write: run mha_recover; if no switch is open, ${open}`];
  return state === 'down'
    ? [`the master ${name} cannot be reached, so nobody can write: ${open}, or fail over with mysql_failover`]
    : [];
}

const OPEN_BY_HAND = 'if no switch is open, SET GLOBAL read_only = 0 on the server that has the latest rows';
