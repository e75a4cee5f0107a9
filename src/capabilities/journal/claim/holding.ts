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
  readonly guardian?: GuardianMark | undefined;
  /** Until then a holder on another host, which cannot be seen, counts as running; ISO 8601. The holder renews it. */
  readonly until: string;
}

/**
 * The guardian of the switch, and the MHA that it watches. Both count as at work for everybody but the hooks of that MHA,
 * which act together with the guardian.
 */
export interface GuardianMark {
  readonly process: ProcessMark;
  readonly mha: ProcessMark;
}

/** How long a holder that cannot be seen counts as running. */
export const TERM_MS = 60_000;

export function holding(by: string, holders: readonly ProcessMark[], guardian?: GuardianMark): Holding {
  return { id: randomUUID(), by, holders, guardian, until: termFromNow() };
}

/** The guardian, if this process is a hook of the MHA that it watches. */
export function partnerIn({ guardian }: Holding): GuardianMark | undefined {
  return guardian && isOwn(guardian.mha) ? guardian : undefined;
}

/** This process's ancestors wait for it. */
function isOwn(mark: ProcessMark): boolean {
  return [thisProcess(), ...ancestors()].some((one) => sameProcess(one, mark));
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
  const { process, mha } = Object(found.guardian) as Partial<GuardianMark>;
  const guardian = isMark(process) && isMark(mha) ? { process, mha } : undefined;
  return { id, by: String(found.by ?? 'mha_recover'), holders: holders.filter(isMark), guardian, until };
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

/** The others that run: holders, the guardian, the MHA that it watches; not this process's ancestors. */
export function othersAtWork(found: Holding, deadHosts: readonly string[]): ProcessMark[] {
  const { holders, guardian, until } = found;
  const all = guardian && !partnerIn(found) ? [...holders, guardian.mha, guardian.process] : holders;
  // A process that is seen running is not dead, even if its host was said to be.
  const runs = (mark: ProcessMark) =>
    isRunning(mark) ?? (!deadHosts.includes(mark.host) && Date.parse(until) > Date.now());
  const others = all.filter((mark) => !isOwn(mark) && runs(mark));
  return others.filter((mark, i) => others.findIndex((other) => sameProcess(other, mark)) === i);
}

export function inWords({ by, guardian, until }: Holding, others: readonly ProcessMark[]): string {
  const who = others.map((mark) => {
    if (isRunning(mark)) return `process ${mark.pid} on ${mark.host}`;
    return `perhaps process ${mark.pid} on ${mark.host} (until ${until}; --host_is_dead=${mark.host} if that host is dead)`;
  });
  const isGuardian = guardian !== undefined && others.every((mark) => sameProcess(mark, guardian.process));
  return `${isGuardian ? 'its guardian' : by} is at work on this switch: ${who.join(', ')}`;
}
