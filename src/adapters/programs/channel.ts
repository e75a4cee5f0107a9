import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

/** More than any hand-over needs. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Messages in JSON, a line each, both ways between two processes of this machine. Nobody else can read them. */
export class Channel {
  readonly #stream: Duplex;
  readonly #waiting: unknown[] = [];
  #wake = () => {};
  #ended = false;
  #rest = '';

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#take(text));
    for (const end of ['end', 'close', 'error']) stream.on(end, () => this.#end());
  }

  /** Never fails: if the other side has gone, the message is lost. */
  send(message: unknown): void {
    if (!this.#stream.destroyed) this.#stream.write(`${JSON.stringify(message)}\n`);
  }

  /** The next message; undefined once the other side has gone, or sent what is no message. For one reader. */
  async next(): Promise<unknown> {
    while (this.#waiting.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#waiting.shift();
  }

  close(): void {
    this.#stream.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    try {
      if (this.#rest.length > MOST_BYTES) throw new Error('too long');
      this.#waiting.push(...lines.map((line) => JSON.parse(line)));
      this.#wake();
    } catch {
      this.close();
    }
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }
}

/** The descriptor of {@link inheritedChannel}. */
export const CHANNEL_FD = 3;

/** The channel that this process was started with. @throws the system's error if there is none. */
export function inheritedChannel(): Channel {
  return new Channel(new Socket({ fd: CHANNEL_FD, readable: true, writable: true }));
}

/** A place where processes of this user can open a channel to this one. */
export interface Listener {
  readonly path: string;
  stop(): void;
}

/** In a folder of its own that nobody else may enter. @throws the system's error. */
export function listenForChannels(onChannel: (channel: Channel) => void): Promise<Listener> {
  const dir = mkdtempSync(join(tmpdir(), 'mha-helper-'));
  const path = join(dir, 'guardian');
  const server = createServer((socket) => onChannel(new Channel(socket)));
  const stop = () => {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      stop();
      reject(error);
    });
    server.listen(path, () => resolve({ path, stop }));
    server.unref();
  });
}

/** A channel to that place; it ends at once if nobody listens there. */
export function openChannel(path: string): Channel {
  return new Channel(connect(path));
}
