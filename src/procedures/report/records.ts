import { join } from 'node:path';
import { namesIn } from '../../adapters/files/files.ts';
import type { ProcessMark } from '../../adapters/machine.ts';
import { messageOf } from '../../base/errors.ts';
import { type Endpoint, sameEndpoint } from '../../base/server.ts';
import type { JournalData } from '../../capabilities/journal/data.ts';
import { fileName, Journal } from '../../capabilities/journal/journal.ts';
import { type Timeline, timelineOf } from './timeline.ts';

/** The record of a switch: drawn, or why it cannot be. */
export type SwitchRecord = ReadRecord | BrokenRecord;

export interface ReadRecord {
  readonly path: string;
  readonly id: string;
  /** The journal is open: the switch has not ended. */
  readonly open: boolean;
  readonly timeline: Timeline;
  readonly origMaster: Endpoint;
  /** The server that was opened, or was to be. */
  readonly newMaster: Endpoint;
  /** MHA, and the wrapper that ran it. */
  readonly drivers: readonly ProcessMark[];
}

export interface BrokenRecord {
  readonly path: string;
  readonly id: string;
  readonly open: boolean;
  readonly broken: string;
}

/** Whose records are wanted; a master that was taken out of MHA's file since is known by that file. */
export interface Owner {
  readonly conf: string;
  readonly servers: readonly Endpoint[];
}

/**
 * The records of a cluster's switches in these journal folders, the newest first, read one by one as they are asked for.
 * @throws the system's error where a folder cannot be read.
 */
export async function* recordsOf(folders: readonly string[], owner: Owner): AsyncGenerator<SwitchRecord> {
  const files = (await Promise.all(folders.map(filesOf))).flat();
  const seen = new Set<string>();
  for (const file of files.sort((a, b) => (a.id < b.id ? 1 : -1))) {
    const record = read(file, owner);
    if (!record || seen.has(record.id)) continue;
    seen.add(record.id);
    yield record;
  }
}

/** One file; `journal` is there where it is open, and could be read. */
interface Found {
  readonly path: string;
  readonly id: string;
  readonly open: boolean;
  readonly journal?: Journal | undefined;
}

/** The open ones first: one that is closed meanwhile is then found in the history. */
async function filesOf(folder: string): Promise<Found[]> {
  const open = ((await namesIn(folder)) ?? []).filter(isRecord).map((name) => openFile(join(folder, name)));
  const history = join(folder, 'history');
  const closed = ((await namesIn(history)) ?? []).filter(isRecord).map((name) => {
    return { path: join(history, name), id: ID.exec(name)?.[1] ?? name, open: false };
  });
  return [...open, ...closed];
}

const ID = /\.(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-\d+)\.json$/;

function isRecord(name: string): boolean {
  return name.endsWith('.json') && !name.startsWith('.');
}

/** Only an open journal's content tells when it was begun; one that cannot be read comes before all others. */
function openFile(path: string): Found {
  const journal = attempt(() => Journal.load(path));
  return journal instanceof Journal
    ? { path, id: String(journal.data.id), open: true, journal }
    : { path, id: '~', open: true };
}

function read({ path, id, open, journal }: Found, owner: Owner): SwitchRecord | undefined {
  const loaded = journal ?? attempt(() => Journal.load(path));
  if (!(loaded instanceof Journal)) return isNamedFor(path, owner) ? broken({ path, id, open }, loaded) : undefined;
  const { data } = loaded;
  if (!concerns(data, owner)) return undefined;
  const timeline = attempt(() => timelineOf(data));
  if ('failed' in timeline) return broken({ path, id, open }, { failed: `cannot draw ${path}: ${timeline.failed}` });
  const { origMaster, newMaster, opened = newMaster, drivers } = data;
  return { path, id: timeline.id, open, timeline, origMaster, newMaster: opened, drivers };
}

function broken(file: Omit<BrokenRecord, 'broken'>, { failed }: { failed: string }): BrokenRecord {
  return { ...file, id: file.id === '~' ? file.path : file.id, broken: failed.replace(/\s+/g, ' ').trim() };
}

function attempt<T>(work: () => T): T | { failed: string } {
  try {
    return work();
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

function concerns(data: JournalData, { conf, servers }: Owner): boolean {
  if (data.conf === conf) return true;
  const own = [data.origMaster, data.newMaster, data.opened, ...(Array.isArray(data.replicas) ? data.replicas : [])];
  return own.some((a) => a?.host !== undefined && servers.some((b) => sameEndpoint({ ...a, host: String(a.host) }, b)));
}

function isNamedFor(path: string, { servers }: Owner): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return servers.some((server) => name.startsWith(`${fileName(server)}.`));
}
