import { dirname, isAbsolute, join } from 'node:path';
import { privateDirectory, replaceDurably } from '../../adapters/files/durable.ts';
import { readTrusted } from '../../adapters/files/trusted.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import { flag, number, type Of, object, oneOf, optional, text, time } from '../../base/schema.ts';
import type { Unit } from './facts.ts';

/** What a server said of itself while it lived, and what its host said of its process. */
export interface ServerNote {
  /** Full paths. */
  readonly datadir: string;
  readonly pidFile: string;
  readonly socket: string;
  readonly port: number;
  readonly hostname: string;
  /** Missing if the host could not be asked. */
  readonly host?: NotedProcess | undefined;
}

export interface NotedProcess {
  readonly boot: string;
  readonly pid: number;
  readonly start: string;
  readonly unit?: Unit | undefined;
}

/** How the last fence of a server ended. */
export interface FenceNote {
  readonly at: string;
  readonly fenced: boolean;
  /** One line for the operator. */
  readonly text: string;
}

/** @throws ServerError */
export async function askServer(session: Session): Promise<ServerNote> {
  const [row = {}] = await session.rows(
    'SELECT @@datadir AS datadir, @@pid_file AS pidFile, @@socket AS socket, @@port AS port, @@hostname AS hostname',
  );
  const datadir = String(row.datadir);
  const full = (path: unknown) => (isAbsolute(String(path)) ? String(path) : join(datadir, String(path)));
  const [pidFile, socket] = [full(row.pidFile), full(row.socket)];
  return { datadir, pidFile, socket, port: Number(row.port), hostname: String(row.hostname) };
}

const noted: Of<NotedProcess> = object({
  boot: text(100),
  pid: number,
  start: text(30),
  unit: optional(object<Unit>({ name: text(300), manager: text(20) })),
});
const path = text(4096);
const SERVER: Of<ServerNote> = object({
  ...{ datadir: path, pidFile: path, socket: path },
  ...{ port: number, hostname: text(300), host: optional(noted) },
});
const FENCE: Of<FenceNote> = object({ at: time, fenced: flag, text: text(10_000) });
const file = <T>(of: Of<T>) => object<{ format: 1; note: T }>({ format: oneOf(1), note: of });

export const readServerNote = (at: string) => read(at, SERVER);
export const readFenceNote = (at: string) => read(at, FENCE);

/** Survives a crash. @throws the system's error; ConfigError if the folder is not trusted */
export function writeNote(at: string, note: ServerNote | FenceNote): void {
  privateDirectory(dirname(at));
  replaceDurably(at, JSON.stringify({ format: 1, note }));
}

/** Undefined if there is none, or it is not trusted or has another form. */
function read<T>(at: string, of: Of<T>): T | undefined {
  try {
    return file(of)(JSON.parse(readTrusted(at)), '').note;
  } catch {
    return undefined;
  }
}
