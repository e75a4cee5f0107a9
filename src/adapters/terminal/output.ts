import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** The most bytes that are kept for a slow reader; further lines are dropped. */
const MOST = 16 * 1024 * 1024;

/** Bytes for one write: small, so that a slow reader still shows progress. */
const PIECE = 64 * 1024;

interface Loss {
  readonly lines: number;
  readonly why: string;
}

/**
 * Standard output or standard error. Its failures never affect this process: `write` neither throws nor waits, be it for a
 * full disk, a terminal that is gone or stopped (Ctrl-S), or a reader that has stopped reading. Lost lines are counted and
 * reported before the next line that can be written.
 */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  readonly #most: number;
  readonly #waiting: { readonly piece: Buffer; readonly lines: number }[] = [];
  #bytes = 0;
  #lost: Loss = { lines: 0, why: '' };
  #hasFailed = false;
  #onProgress = () => {};

  constructor(stream: NodeJS.WriteStream, most = MOST) {
    this.#stream = stream;
    this.#most = most;
    // The callback of each write gets its error too.
    stream.on('error', () => {});
    neverBlock(stream);
  }

  get isTTY(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  get rows(): number {
    return this.#stream.rows || 24;
  }

  /** True if nothing is waiting to be written. */
  get isFree(): boolean {
    return this.#bytes === 0;
  }

  /** True once a write has failed: the reader has gone, or the disk is full. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** What was lost and has not been reported. */
  get lost(): Loss {
    return this.#lost;
  }

  write(text: string): void {
    if (this.#bytes > 0 && this.#bytes + text.length > this.#most) {
      this.#lose(linesIn(text), 'nobody read them');
      return;
    }
    const { lines, why } = this.#lost;
    this.#lost = { lines: 0, why };
    if (lines > 0) this.#add(`[${linesLost({ lines, why })}]\n`, lines);
    this.#add(text, 0);
    this.#next();
  }

  /** Resolves to true once all is written; to false if nothing moved for `patienceMs`, or `signal` is aborted. */
  drained(patienceMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (whole: boolean) => {
        clearTimeout(timer);
        this.#onProgress = () => {};
        resolve(whole);
      };
      this.#onProgress = () => {
        clearTimeout(timer);
        if (this.#bytes === 0) end(true);
        else timer = setTimeout(() => end(false), patienceMs);
      };
      this.#onProgress();
      signal.addEventListener('abort', () => end(false), { once: true });
    });
  }

  /** `more`: the number of lost lines that this text reports; they count as lost again if it is lost too. */
  #add(text: string, more: number): void {
    const bytes = Buffer.from(text);
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      this.#waiting.push({ piece, lines: more > 0 ? more : piece.reduce((n, byte) => n + (byte === 10 ? 1 : 0), 0) });
    }
  }

  /** One piece at a time while the stream has not taken the last one. */
  #next(): void {
    while (this.#stream.writableLength === 0) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#stream.write(next.piece, (error) => {
        this.#bytes -= next.piece.length;
        if (error) this.#lose(next.lines, error.message);
        this.#hasFailed ||= Boolean(error);
        this.#onProgress();
        this.#next();
      });
    }
  }

  #lose(lines: number, why: string): void {
    this.#lost = { lines: this.#lost.lines + lines, why: this.#lost.lines > 0 ? this.#lost.why : why };
  }
}

/** `3 lines were lost: nobody read them`. */
export function linesLost({ lines, why }: Loss): string {
  return `${lines} ${lines === 1 ? 'line was' : 'lines were'} lost: ${why}`;
}

export const [standardOutput, standardError] = [once(() => process.stdout), once(() => process.stderr)] as const;

function once(stream: () => NodeJS.WriteStream): () => Output {
  let output: Output | undefined;
  return () => {
    output ??= new Output(stream());
    return output;
  };
}

/**
 * To be called right before the process ends: replaces terminals by /dev/null. Node resets a terminal at exit, and aborts
 * (SIGABRT instead of the exit code) if that fails because the terminal is gone.
 */
export function leaveTerminals(): void {
  for (const fd of TERMINALS) {
    try {
      closeSync(fd);
      openSync('/dev/null', 'r+');
    } catch {
      // Already closed.
    }
  }
}

/** The terminals at the start of this process, in ascending order: each new file gets the lowest free number. */
const TERMINALS = [0, 1, 2].filter((fd) => isatty(fd));

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}

/**
 * By default Node's writes to a stopped terminal block. Changed only if Node could open the terminal itself: the shell and
 * MHA, which share this process's own, would not expect it.
 */
function neverBlock(stream: NodeJS.WriteStream): void {
  if (!stream.isTTY) return;
  try {
    accessSync(`/proc/self/fd/${(stream as { fd?: number }).fd ?? 1}`, constants.R_OK | constants.W_OK);
    (stream as { _handle?: { setBlocking?(on: boolean): void } })._handle?.setBlocking?.(false);
  } catch {
    // Another user's terminal (su): left as it is.
  }
}
