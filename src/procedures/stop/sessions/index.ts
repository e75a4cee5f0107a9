import type { Clock } from '../../../adapters/clock.ts';
import type { Session } from '../../../adapters/mysql/session.ts';
import type { Account } from '../../../base/account.ts';
import { isKeptSession } from '../../../capabilities/accounts/who.ts';
import { endSessions, isSameWork, readClients, type Work } from '../../../capabilities/sessions/clients.ts';
import { readStatus } from '../../../capabilities/variables.ts';
import type { SwitchContext } from '../../switch/context.ts';
import type { AccountFacts } from '../facts.ts';
import { byId, type Decision, type SessionNow } from './sessionNow.ts';

/*
 * The drain: what `stop` does about the clients' sessions on the original master.
 *
 *  session of              | idle          | at work                                     | when the time is over
 * -------------------------|---------------|---------------------------------------------|--------------------------------
 *  before the REVOKE, while everybody can still work (letFinish, endLongWork, quietMoment)
 *  any account's           | left alone    | what runs already may finish                | ended, and its rollback awaited
 *                          |               | a large transaction that began later too    | the same; or `stop` fails (1)
 *                          |               | other work that began later: a quiet        | left to the drain
 *                          |               |  moment is awaited, for half the time left  |
 *  after the REVOKE, while those who are in can still write (drain)
 *  an account shut out     | ended at once | what ran before the REVOKE may finish (2);  | ended
 *                          |               |  what began later: ended as soon as idle,   |
 *                          |               |  or after a moment                          |
 *  an account that is kept | left alone    | may finish                                  | ended: it would hold up MHA's lock
 *  a login under way       |               | has a moment to become a session            | ended
 *  both before and after
 *  MHA's own, replication, the server's own threads, and logins after the REVOKE (no privileges): left alone
 *
 * The time is `kill_after_timeout`, counted from the start of `let transactions finish`, without catching up. Work gets it
 * once: what exceeded it before the REVOKE is not waited for again.
 * (1) If the rollback would take longer than `stop_timeout` leaves for it: nothing is ended, and nobody is shut out.
 * (2) Meanwhile all others write on: ending them first would only make their outage longer.
 * decide.ts has the conditions. ../locks.ts deals with a lock that an idle session of a kept account holds.
 */

/** What one `stop` knows about the clients' sessions. Nothing else changes it. */
export class ClientSessions {
  readonly #facts: AccountFacts;
  readonly #kept: readonly Account[];
  /** All accounts by user name. */
  readonly #named = new Map<string, Account[]>();
  readonly #users = new Set<string>();
  #drainBegan: number | undefined;
  #outlasted: ReadonlyMap<number, Work> = new Map();
  #atWork: ReadonlyMap<number, Work> = new Map();
  readonly #ended = new Set<number>();
  #rollbacks: number | undefined;

  constructor(facts: AccountFacts) {
    this.#facts = facts;
    this.#kept = facts.plan.kept.map(({ state }) => state.account);
    for (const { account } of facts.accounts) {
      const named = this.#named.get(account.user);
      if (named) named.push(account);
      else this.#named.set(account.user, [account]);
    }
  }

  /** The clients' sessions now, see {@link readClients}; with `logins`, also logins under way. */
  async look(session: Session, options: { readonly logins?: boolean } = {}): Promise<SessionNow[]> {
    const found = await readClients(session, this.#facts.rules.mhaUsers, options);
    for (const { user } of found) this.#users.add(user);
    return found.map((s) => ({ ...s, kept: isKeptSession(s, this.#kept, this.#named.get(s.user) ?? []) }));
  }

  /** One look that ends what `decide` says. Returns the newly ended sessions, and `held`: all to be ended or waited for. */
  async settle(
    session: Session,
    decide: (session: SessionNow) => Decision,
    options: { readonly logins?: boolean } = {},
  ): Promise<{ readonly ended: readonly SessionNow[]; readonly held: readonly SessionNow[] }> {
    const decided = (await this.look(session, options)).map((s) => ({ s, decision: decide(s) }));
    const held = decided.filter(({ decision }) => decision !== 'leave').map(({ s }) => s);
    const due = decided.filter(({ decision }) => decision === 'end').map(({ s }) => s);
    await endSessions(session, due);
    const ended = due.filter((s) => !this.#ended.has(s.id));
    for (const { id } of ended) this.#ended.add(id);
    return { ended, held };
  }

  /** True if {@link settle} has killed it; it may still be there. */
  wasEnded({ id }: SessionNow): boolean {
    return this.#ended.has(id);
  }

  /** Names of all users seen connected since `stop` began. */
  get users(): ReadonlySet<string> {
    return this.#users;
  }

  /** Starts the time of running work. */
  beginDrain(clock: Clock): void {
    this.#drainBegan = clock.ticks();
  }

  prolongDrain(ms: number): void {
    if (this.#drainBegan !== undefined) this.#drainBegan += ms;
  }

  /** When the time of running work is over, in clock ticks. */
  drainOver({ clock, settings }: SwitchContext): number {
    return (this.#drainBegan ?? clock.ticks()) + settings.drainMs;
  }

  /** How long a rollback may take now, in ms: the rest of `stop_timeout`, less a reserve for the following steps. */
  rollbackMs({ clock, settings: { stopMs } }: SwitchContext): number {
    return Math.max(stopMs - (clock.ticks() - this.#facts.readAt) - Math.min(REST_MS, stopMs / 4), 0);
  }

  /** These are still at the work that they were at when the drain began. */
  noteOutlasting(sessions: readonly SessionNow[]): void {
    this.#outlasted = byId(sessions);
  }

  /** True if the session is at work that has used up its drain time. */
  outOfTime(session: SessionNow): boolean {
    return isIn(this.#outlasted, session);
  }

  /** The sessions at work now, without those of kept accounts; remembered for {@link wasAtWork}. */
  async lookAtWork(session: Session): Promise<SessionNow[]> {
    const busy = (await this.look(session)).filter((s) => s.state === 'busy' && !s.kept);
    this.#atWork = byId(busy);
    return busy;
  }

  /** True if the session is at the same work as at the last {@link lookAtWork}, just before the REVOKE. */
  wasAtWork(session: SessionNow): boolean {
    return isIn(this.#atWork, session);
  }

  /** Remembers how many transactions were rolled back before anybody was shut out. */
  async noteRollbacks(session: Session): Promise<void> {
    this.#rollbacks = await readRollbacks(session);
  }

  /** How many transactions were rolled back since {@link noteRollbacks}. */
  async rolledBack(session: Session): Promise<number> {
    const now = await readRollbacks(session);
    return now - (this.#rollbacks ?? now);
  }
}

const REST_MS = 5000;

/**
 * How many transactions the server has rolled back since it started; InnoDB and the binlog count each. The sessions do not show
 * how many were lost: a busy client is idle between two, and has begun the next when it is ended (122 of 200, seen).
 */
async function readRollbacks(session: Session): Promise<number> {
  return Math.ceil(Number((await readStatus(session, ['Handler_rollback'])).get('handler_rollback') ?? 0) / 2);
}

function isIn(known: ReadonlyMap<number, Work>, session: SessionNow): boolean {
  const before = known.get(session.id);
  return before !== undefined && isSameWork(before, session);
}
