import type { Limits, Tls } from '../adapters/mysql/options.ts';
import { connect, type Session } from '../adapters/mysql/session.ts';
import { nameOf, type Target } from '../base/server.ts';
import { binlogOff } from '../capabilities/binlog.ts';

/** How one server is reached. */
export interface Reach {
  readonly limits: Limits;
  readonly tls?: Tls;
}

/** The connections of one procedure: opened when first needed, again when one was lost, closed together. */
export class Sessions {
  readonly #reach: (target: Target) => Reach;
  readonly #open: Map<string, Promise<Session>>;
  readonly #signal: AbortSignal | undefined;

  constructor(reach: (target: Target) => Reach, signal?: AbortSignal, open = new Map<string, Promise<Session>>()) {
    this.#reach = reach;
    this.#signal = signal;
    this.#open = open;
  }

  /** A session whose statements go to the binlog as the server is configured. */
  of(target: Target): Promise<Session> {
    return this.#session(nameOf(target), target, async () => {});
  }

  /** A session whose statements stay on that server: the binlog is off, and that was read back. */
  unlogged(target: Target): Promise<Session> {
    return this.#session(`${nameOf(target)} unlogged`, target, binlogOff);
  }

  /** The same connections, their statements ended by another signal. */
  under(signal: AbortSignal): Sessions {
    return new Sessions(this.#reach, signal, this.#open);
  }

  async closeAll(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map((session) => session.then((s) => s.close()).catch(() => {})));
  }

  async #session(key: string, target: Target, prepare: (session: Session) => Promise<void>): Promise<Session> {
    const known = this.#open.get(key);
    if (known) {
      const session = await known.catch(() => undefined);
      if (session?.alive) return this.#limited(session);
      if (this.#open.get(key) !== known) return this.#session(key, target, prepare);
    }
    const opening = this.#connect(target, prepare);
    this.#open.set(key, opening);
    return this.#limited(await opening);
  }

  async #connect(target: Target, prepare: (session: Session) => Promise<void>): Promise<Session> {
    const { limits, tls } = this.#reach(target);
    const session = await connect(target, this.#signal ? { ...limits, signal: this.#signal } : limits, tls);
    try {
      await prepare(session);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  #limited(session: Session): Session {
    return this.#signal ? session.under({ signal: this.#signal }) : session;
  }
}
