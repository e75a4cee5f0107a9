import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Text that waits for its reader is kept up to so many bytes; what comes then is dropped. */
const MOST = 16 * 1024 * 1024;

/** Written at a time, so that a slow reader is not taken for one that has stopped reading. */
const PIECE = 64 * 1024;

/** Lines that could not be written, and why. */
export interface Loss {
  readonly lines: number;
  readonly why: string;
}

/**
 * Standard output or standard error. No failure of theirs changes what this process does: `write` never throws and never
 * waits, not for a full disk, a terminal that is gone or stopped (Ctrl-S), or a reader that has stopped reading. Lines
 * that are lost are counted, and the next line that can be written says so.
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
    // The callback of each write is given its error too.
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

  /** False while something waits to be written. */
  get isFree(): boolean {
    return this.#bytes === 0;
  }

  /** True once a write failed: the reader has gone, or the disk is full. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** What has been lost and not been reported. */
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

  /** Resolves once nothing waits any more: false if nothing moved for `patienceMs`, or at once when `signal` is aborted. */
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

  /** `more`: lines lost earlier that this text reports; they stay lost if it is lost as well. */
  #add(text: string, more: number): void {
    const bytes = Buffer.from(text);
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      this.#waiting.push({ piece, lines: more > 0 ? more : piece.reduce((n, byte) => n + (byte === 10 ? 1 : 0), 0) });
    }
  }

  /** One piece at a time where the stream does not take it at once. */
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

const streams = new Map<1 | 2, Output>();

/** The outputs of this process. */
export function standardOutput(): Output {
  return output(1, () => process.stdout);
}

export function standardError(): Output {
  return output(2, () => process.stderr);
}

function output(fd: 1 | 2, stream: () => NodeJS.WriteStream): Output {
  const known = streams.get(fd) ?? new Output(stream());
  streams.set(fd, known);
  return known;
}

/**
 * To be called right before the process ends: puts /dev/null in the place of a terminal. Node resets the terminal at its
 * end, and aborts (SIGABRT instead of the exit code) if that fails because the terminal is gone.
 */
export function leaveTerminals(): void {
  for (const fd of TERMINALS) {
    try {
      closeSync(fd);
      openSync('/dev/null', 'r+');
    } catch {
      // It was closed before.
    }
  }
}

/** Those that were terminals when this process began. In ascending order: each new file gets the lowest free number. */
const TERMINALS = [0, 1, 2].filter((fd) => isatty(fd));

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}

/**
 * Node writes to a terminal so that it waits while the terminal is stopped. Changed only if Node could open the terminal
 * itself: the shell and MHA, which share our own, would not expect it.
 */
function neverBlock(stream: NodeJS.WriteStream): void {
  if (!stream.isTTY) return;
  try {
    accessSync(`/proc/self/fd/${(stream as { fd?: number }).fd ?? 1}`, constants.R_OK | constants.W_OK);
    (stream as { _handle?: { setBlocking?(on: boolean): void } })._handle?.setBlocking?.(false);
  } catch {
    // Another user's terminal (su): it stays as it is.
  }
}
