import { createServer, type Server, Socket } from 'node:net';
import { until } from '../../tools/lab/wait.ts';
import { Answer, errorPacket, type Packet, PacketReader, queryOf } from './wire.ts';

/** What one client packet asked a server to do; several statements may come in one packet. */
export interface Statement {
  /** Counted from 0, over all proxies that share a tape. */
  readonly ordinal: number;
  /** `host:port` of the proxy. */
  readonly server: string;
  /** The proxy's own number of the connection. */
  readonly connection: number;
  readonly sql: string;
}

/**
 * What becomes of a matching statement. `drop`: both sides see the connection end. `lose`: only the client does, and the
 * server works on. `hold`: nobody ever answers. `error`: the client gets this error. A function is awaited, and may return
 * another fate; without one the statement goes on.
 */
export type Fate = End | (() => Promise<unknown>);
type End = 'drop' | 'lose' | 'hold' | { readonly error: string; readonly code?: number };

export interface Rule {
  /** Before the server gets the statement, or once it has answered and the client does not know yet. */
  readonly when: 'before' | 'after';
  readonly match: (statement: Statement) => boolean;
  readonly fate: Fate;
  /** How many matching statements meet it; default 1. */
  readonly times?: number;
}

/** A rule at work. */
export interface Injection {
  readonly met: readonly Statement[];
  /** Resolves when the first statement has met it. */
  hit(limitMs?: number): Promise<Statement>;
}

/** A TCP proxy in front of a server, for clients without TLS. It knows every statement that went through it. */
export interface ServerProxy {
  readonly host: string;
  readonly port: number;
  /** In the order in which they came; shared where a tape was given. */
  readonly statements: readonly Statement[];
  inject(rule: Rule): Injection;
  /** Forgets rules and statements; what is held is dropped. */
  reset(): void;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly server: { readonly host: string; readonly port: number };
  /** Where statements are kept, for several proxies together. */
  readonly tape?: Statement[];
}

interface Pending extends Injection {
  readonly rule: Rule;
  readonly met: Statement[];
}

export async function startProxy({ listen, server, tape = [] }: ProxyOptions): Promise<ServerProxy> {
  const name = `${listen.host}:${listen.port}`;
  let pending: Pending[] = [];
  let connections = 0;
  const links = new Set<Link>();
  const fateOf: FateOf = (when, statement) => {
    const found = pending.find(
      ({ rule, met }) => rule.when === when && met.length < (rule.times ?? 1) && rule.match(statement),
    );
    found?.met.push(statement);
    return found?.rule.fate;
  };
  const listener = createServer((client) => {
    const number = ++connections;
    const record = (sql: string) => {
      const statement = { ordinal: tape.length, server: name, connection: number, sql };
      tape.push(statement);
      return statement;
    };
    const link = new Link(client, new Socket().connect(server.port, server.host), record, fateOf);
    links.add(link);
    link.onEnd(() => links.delete(link));
  });
  await listening(listener, listen);
  const dropAll = () => {
    for (const link of links) link.drop();
  };
  return {
    ...listen,
    statements: tape,
    inject: (rule) => {
      const met: Statement[] = [];
      const hit = (limitMs = 30_000) => until(`a statement for ${name} that a rule waits for`, limitMs, () => met[0]);
      pending.push({ rule, met, hit });
      return { met, hit };
    },
    reset: () => {
      pending = [];
      tape.length = 0;
      dropAll();
    },
    stop: () => {
      dropAll();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}

async function decided(fate: Fate | undefined): Promise<End | undefined> {
  return typeof fate === 'function' ? ((await fate()) as End | undefined) : fate;
}

type FateOf = (when: 'before' | 'after', statement: Statement) => Fate | undefined;

/** One connection through the proxy. A client sends its next command only after the answer, so they come one by one. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #fateOf: FateOf;
  /** Set while an answer is kept back. */
  #keep: { packets: PacketReader; answer: Answer; bytes: Buffer[]; fate: Fate } | undefined;

  constructor(client: Socket, server: Socket, record: (sql: string) => Statement, fateOf: FateOf) {
    this.#client = client;
    this.#server = server;
    this.#fateOf = fateOf;
    const fromClient = new PacketReader();
    let work: Promise<void> = Promise.resolve();
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => this.drop());
    client.on('data', (chunk) => {
      for (const packet of fromClient.push(chunk)) {
        const sql = queryOf(packet);
        work = work.then(() => (sql === undefined ? this.#forward(packet) : this.#command(packet, record(sql))));
      }
    });
    server.on('data', (chunk) => void this.#answered(chunk));
    client.on('close', () => this.#lost || this.drop());
    server.on('close', () => this.drop());
  }

  #lost = false;

  onEnd(listener: () => void): void {
    this.#server.once('close', listener);
  }

  drop(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #forward(packet: Packet): void {
    if (!this.#server.destroyed) this.#server.write(packet.raw);
  }

  async #command(packet: Packet, statement: Statement): Promise<void> {
    const before = await decided(this.#fateOf('before', statement));
    if (before === 'lose') return this.#lose(packet);
    if (before !== undefined) return this.#meet(before);
    const after = this.#fateOf('after', statement);
    if (after !== undefined) {
      this.#keep = { packets: new PacketReader(), answer: new Answer(), bytes: [], fate: after };
    }
    this.#forward(packet);
  }

  /** The server gets the statement and keeps its connection; the client loses its own. */
  #lose(packet: Packet): void {
    this.#lost = true;
    this.#forward(packet);
    this.#client.destroy();
  }

  async #answered(chunk: Buffer): Promise<void> {
    const keep = this.#keep;
    if (keep === undefined) {
      if (!this.#client.destroyed) this.#client.write(chunk);
      return;
    }
    keep.bytes.push(chunk);
    if (!keep.packets.push(chunk).some((packet) => keep.answer.endsWith(packet))) return;
    this.#keep = undefined;
    const fate = await decided(keep.fate);
    if (fate !== undefined) this.#meet(fate);
    else if (!this.#client.destroyed) this.#client.write(Buffer.concat(keep.bytes));
  }

  #meet(fate: End): void {
    if (typeof fate === 'object') this.#client.write(errorPacket(fate.code ?? 1105, fate.error));
    else if (fate !== 'hold') this.drop();
  }
}

function listening(listener: Server, at: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ ...at, exclusive: true }, resolve);
  });
}
