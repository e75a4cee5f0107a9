import { randomUUID } from 'node:crypto';
import { readTrusted } from '../../../adapters/files/trusted.ts';
import { ancestors, isRunning, type ProcessMark, sameProcess, thisProcess } from '../../../adapters/machine.ts';
import { ConfigError, messageOf } from '../../../base/errors.ts';

/** Who acts on a switch: the content of a claim. */
export interface Holding {
  /** New each time a claim is taken. */
  readonly id: string;
  /** What the holders do, for messages: `stop`, `mha_recover`. */
  readonly by: string;
  /** The claim is held while one of them runs. */
  readonly holders: readonly ProcessMark[];
  /** Until then a holder on another host, which cannot be seen, counts as running; ISO 8601. The holder renews it. */
  readonly until: string;
}

/** How long a holder that cannot be seen counts as running. */
export const TERM_MS = 60_000;

export function holding(by: string, holders: readonly ProcessMark[]): Holding {
  return { id: randomUUID(), by, holders, until: termFromNow() };
}

export function termFromNow(): string {
  return new Date(Date.now() + TERM_MS).toISOString();
}

/** Undefined if there is no file. @throws ConfigError if it cannot be read: somebody may hold it. */
export function readHolding(path: string): Holding | undefined {
  try {
    return parsed(readTrusted(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(`${path} cannot be read, and may be the claim of somebody at work: ${messageOf(error)}`);
  }
}

/** A claim of an older version names one process, and has no id. One that names no process is abandoned. */
function parsed(text: string): Holding {
  const found = fieldsOf(text);
  const holders = Array.isArray(found.holders) ? found.holders : [found];
  const id = typeof found.id === 'string' && /^[\w-]{1,64}$/.test(found.id) ? found.id : 'none';
  const until = typeof found.until === 'string' ? found.until : termFromNow();
  return { id, by: String(found.by ?? 'mha_recover'), holders: holders.filter(isMark), until };
}

function fieldsOf(text: string): Partial<Record<keyof Holding, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function isMark(value: unknown): value is ProcessMark {
  const { pid, host, started, boot } = Object(value) as Partial<ProcessMark>;
  return typeof pid === 'number' && [host, started, boot].every((field) => typeof field === 'string');
}

/** The other holders that run. This process's ancestors do not count: they wait for it. */
export function othersAtWork({ holders, until }: Holding, deadHosts: readonly string[]): ProcessMark[] {
  const own = [thisProcess(), ...ancestors()];
  // A process that is seen running is not dead, even if its host was said to be.
  const runs = (mark: ProcessMark) =>
    isRunning(mark) ?? (!deadHosts.includes(mark.host) && Date.parse(until) > Date.now());
  return holders.filter((mark) => !own.some((one) => sameProcess(one, mark)) && runs(mark));
}

export function inWords({ by, until }: Holding, others: readonly ProcessMark[]): string {
  const who = others.map((mark) => {
    if (isRunning(mark)) return `process ${mark.pid} on ${mark.host}`;
    return `perhaps process ${mark.pid} on ${mark.host} (until ${until}; --host_is_dead=${mark.host} if that host is dead)`;
  });
  return `${by} is at work on this switch: ${who.join(', ')}`;
}
