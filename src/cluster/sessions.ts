import { connect } from '../adapters/mysql/connect.ts';
import type { Limits, Tls } from '../adapters/mysql/options.ts';
import type { Session } from '../adapters/mysql/session.ts';
import { ServerError } from '../base/errors.ts';
import { nameOf, type Target } from '../base/server.ts';
import { binlogOff } from '../capabilities/binlog.ts';

/** How one server is reached. */
export interface Reach {
  readonly limits: Limits;
  readonly tls?: Tls;
}

/** Shared by all objects that use the same connections. */
interface Shared {
  readonly open: Map<string, Promise<Session>>;
  readonly silent: Map<string, { readonly error: unknown; readonly until: number }>;
}

/**
 * How long a server that did not answer is not asked again, so that a procedure with twenty questions waits once and not
 * twenty times. Less than the time between two tries to undo.
 */
const SILENT_MS = 900;
const NO_ANSWER: ReadonlySet<unknown> = new Set(['SILENT', 'ETIMEDOUT']);

/** The connections of one procedure: opened when needed, reopened when lost, closed together. */
export class Sessions {
  readonly #reach: (target: Target) => Reach;
  readonly #shared: Shared;
  readonly #signal: AbortSignal | undefined;

  constructor(
    reach: (target: Target) => Reach,
    signal?: AbortSignal,
    shared: Shared = { open: new Map(), silent: new Map() },
  ) {
    this.#reach = reach;
    this.#signal = signal;
    this.#shared = shared;
  }

  /** A session whose statements go to the binlog as the server is configured. */
  of(target: Target): Promise<Session> {
    return this.#session(nameOf(target), () => this.#connect(target));
  }

  /**
   * A session whose statements stay on that server: the binlog is off, and that was read back. It takes over the session
   * of {@link of} if there is one: a server at max_connections lets only one of ours in.
   */
  withoutBinlog(target: Target): Promise<Session> {
    return this.#session(`${nameOf(target)} withoutBinlog`, () => this.#unlog(target));
  }

  /** For reading only: whichever session is open, so that a server has to let in only one. */
  any(target: Target): Promise<Session> {
    return this.#shared.open.has(`${nameOf(target)} withoutBinlog`) ? this.withoutBinlog(target) : this.of(target);
  }

  /** The same connections; another signal ends their statements. */
  under(signal: AbortSignal): Sessions {
    return new Sessions(this.#reach, signal, this.#shared);
  }

  /** A server that has just not answered: it is not connected to for a moment, so that nobody waits for it a second time. */
  noteSilent(target: Target, why: string): void {
    const error = new ServerError({ server: nameOf(target), what: why, code: 'SILENT' });
    this.#shared.silent.set(nameOf(target), { error, until: performance.now() + SILENT_MS });
  }

  /** How that server is reached. */
  reachOf(target: Target): Reach {
    return this.#reach(target);
  }

  async closeAll(): Promise<void> {
    const open = [...this.#shared.open.values()];
    this.#shared.open.clear();
    await Promise.all(open.map((session) => session.then((s) => s.close()).catch(() => {})));
  }

  async #session(key: string, open: () => Promise<Session>): Promise<Session> {
    const known = this.#shared.open.get(key);
    if (known) {
      const session = await known.catch(() => undefined);
      if (session?.alive) return this.#limited(session);
      if (this.#shared.open.get(key) !== known) return this.#session(key, open);
    }
    const opening = open();
    this.#shared.open.set(key, opening);
    return this.#limited(await opening);
  }

  async #unlog(target: Target): Promise<Session> {
    const plain = this.#shared.open.get(nameOf(target));
    this.#shared.open.delete(nameOf(target));
    const known = await plain?.catch(() => undefined);
    const session = known?.alive ? known : await this.#connect(target);
    try {
      await binlogOff(this.#limited(session));
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async #connect(target: Target): Promise<Session> {
    const { limits, tls } = this.#reach(target);
    const { silent } = this.#shared;
    const before = silent.get(nameOf(target));
    if (before && performance.now() < before.until) throw before.error;
    try {
      return await connect(target, this.#signal ? { ...limits, signal: this.#signal } : limits, tls);
    } catch (error) {
      if (error instanceof ServerError && NO_ANSWER.has(error.code)) {
        silent.set(nameOf(target), { error, until: performance.now() + SILENT_MS });
      }
      throw error;
    }
  }

  #limited(session: Session): Session {
    return this.#signal ? session.under({ signal: this.#signal }) : session;
  }
}
