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

/** What all objects share that use the same connections. */
interface Shared {
  readonly open: Map<string, Promise<Session>>;
  readonly silent: Map<string, { readonly error: unknown; readonly until: number }>;
}

/**
 * How long a server that gave no answer is not asked again: less than what lies between two tries to undo. A procedure
 * that asks it for twenty things in turn then waits once and not twenty times.
 */
const SILENT_MS = 900;
const NO_ANSWER: ReadonlySet<unknown> = new Set(['SILENT', 'ETIMEDOUT']);

/** The connections of one procedure: opened when first needed, again when one was lost, closed together. */
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

  get #open(): Shared['open'] {
    return this.#shared.open;
  }

  /** A session whose statements go to the binlog as the server is configured. */
  of(target: Target): Promise<Session> {
    return this.#session(nameOf(target), () => this.#connect(target));
  }

  /**
   * A session whose statements stay on that server: the binlog is off, and that was read back. Where there is one from
   * {@link of}, that is it from now on: a server at max_connections lets in one of ours, and not two.
   */
  withoutBinlog(target: Target): Promise<Session> {
    return this.#session(`${nameOf(target)} withoutBinlog`, () => this.#unlog(target));
  }

  /** For looking only: the session that is there, with the binlog off or on, so that a server needs to let in one. */
  any(target: Target): Promise<Session> {
    return this.#open.has(`${nameOf(target)} withoutBinlog`) ? this.withoutBinlog(target) : this.of(target);
  }

  /** The same connections, their statements ended by another signal. */
  under(signal: AbortSignal): Sessions {
    return new Sessions(this.#reach, signal, this.#shared);
  }

  async closeAll(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map((session) => session.then((s) => s.close()).catch(() => {})));
  }

  async #session(key: string, open: () => Promise<Session>): Promise<Session> {
    const known = this.#open.get(key);
    if (known) {
      const session = await known.catch(() => undefined);
      if (session?.alive) return this.#limited(session);
      if (this.#open.get(key) !== known) return this.#session(key, open);
    }
    const opening = open();
    this.#open.set(key, opening);
    return this.#limited(await opening);
  }

  async #unlog(target: Target): Promise<Session> {
    const plain = this.#open.get(nameOf(target));
    this.#open.delete(nameOf(target));
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
