import {
  fitting,
  flag,
  list,
  listOrNone,
  named,
  number,
  type Of,
  object,
  oneOf,
  optional,
  text,
  time,
} from '../../base/schema.ts';
import { type JournalData, type OldMaster, PHASES, type Surplus } from './data.ts';

/**
 * Reads a journal and checks the type of every field, except what the steps captured: each step reads that itself.
 * @throws Error that names the field; also for an unknown one, since ignoring it could lose what is owed.
 */
export function parseJournal(json: string): JournalData {
  const value: unknown = JSON.parse(json);
  const format = (value as { format?: unknown } | null)?.format;
  if (format === undefined) throw new Error('not a journal of format 1');
  return journal(value, '');
}

export const endpoint: Of<JournalData['origMaster']> = object({
  host: text(255),
  ip: text(255),
  port: fitting(
    (value) => value as number,
    (port) => Number.isInteger(port) && port > 0 && port < 65_536,
    'is no port',
  ),
});

export const mark: Of<JournalData['process']> = object({
  pid: number,
  host: text(255),
  started: text(100),
  boot: text(100),
  pids: optional(text(100)),
});

const timed = { at: time, ms: number };
const counts = optional(named(number));
const note = text(100_000);

const step: Of<JournalData['steps'][number]> = object({
  name: text(100),
  title: text(10_000),
  where: optional(endpoint),
  kind: optional(text(200)),
  state: oneOf('doing', 'done', 'undone', 'undo failed'),
  captured: (value) => value ?? null,
  at: time,
  ms: optional(number),
  counts,
  notes: optional(list(note)),
  undo: optional(object(timed)),
});

const surplus: Of<Surplus> = object({
  transactions: number,
  exact: oneOf('exact', 'at most', 'at least'),
  which: note,
});

/** {@link OldMaster} as a record holds it. */
const oldMaster: Of<OldMaster> = object({
  server: endpoint,
  at: time,
  state: oneOf('silent', 'read_only', 'closed', 'open'),
  why: optional(note),
  fenced: optional(flag),
  upTo: optional(note),
  executed: optional(object({ file: text(1000), position: number })),
  surplus: optional(surplus),
  sessions: optional(number),
  events: optional(number),
});

const start: Of<NonNullable<JournalData['start']>> = object({
  began: time,
  opened: time,
  parts: list(object({ ...timed, name: text(100), counts })),
  eventsOn: optional(endpoint),
  oldMaster: optional(oldMaster),
});

const before: Of<NonNullable<JournalData['before']>[number]> = object({
  server: endpoint,
  readOnly: flag,
  follows: list(endpoint),
  masters: optional(list(object({ masterHost: note, masterPort: number, masterServerId: number }))),
  startedAt: optional(number),
});

const journal: Of<JournalData> = object({
  format: oneOf(1),
  id: fitting(text(100), (id) => /^\w[\w-]*$/.test(id), 'is no id'),
  conf: text(10_000),
  origMaster: endpoint,
  newMaster: endpoint,
  replicas: listOrNone(endpoint),
  before: optional(list(before)),
  phase: oneOf(...PHASES),
  process: mark,
  drivers: listOrNone(mark),
  opened: optional(endpoint),
  steps: list(step),
  notes: listOrNone(note),
  began: optional(time),
  start: optional(start),
  finish: optional(object(timed)),
  closed: optional(time),
  startOnly: optional(oneOf(true)),
});
