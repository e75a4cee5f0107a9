import { dirname, join } from 'node:path';
import { namesIn } from '../../adapters/files/files.ts';
import type { ProcessMark } from '../../adapters/machine.ts';
import { messageOf } from '../../base/errors.ts';
import { type Endpoint, sameEndpoint } from '../../base/server.ts';
import type { JournalData } from '../../capabilities/journal/data.ts';
import { fileName, JournalFiles } from '../../capabilities/journal/files.ts';
import { type Timeline, timelineOf } from './timeline.ts';

/** The record of a switch, or the reason why it cannot be drawn. */
export type SwitchRecord = ReadRecord | BrokenRecord;

export interface ReadRecord {
  readonly path: string;
  readonly id: string;
  /** The journal is open: the switch has not ended. */
  readonly open: boolean;
  readonly timeline: Timeline;
  readonly origMaster: Endpoint;
  /** The server that was opened, or was to be opened. */
  readonly newMaster: Endpoint;
  /** MHA, and the wrapper that ran it. */
  readonly drivers: readonly ProcessMark[];
}

interface BrokenRecord extends Pick<ReadRecord, 'path' | 'id' | 'open'> {
  readonly broken: string;
}

/** The cluster whose records are wanted. `conf` finds switches whose servers have since been removed from MHA's file. */
interface Owner {
  readonly conf: string;
  readonly servers: readonly Endpoint[];
}

/**
 * The records of a cluster's switches in these journal folders, newest first, read lazily.
 * @throws the system's error if a folder cannot be read.
 */
export async function* recordsOf(folders: readonly string[], owner: Owner): AsyncGenerator<SwitchRecord> {
  const files = (await Promise.all(folders.map(filesOf))).flat();
  const seen = new Set<string>();
  for (const file of files.sort((a, b) => (a.id < b.id ? 1 : -1))) {
    const record = await read(file, owner);
    if (!record || seen.has(record.id)) continue;
    seen.add(record.id);
    yield record;
  }
}

/** One file; `data` is set for an open journal that could be read. */
type Found = Pick<ReadRecord, 'path' | 'id' | 'open'> & { readonly data?: JournalData };

/** Reads the open ones first: one that is closed meanwhile is then found in the history. */
async function filesOf(folder: string): Promise<Found[]> {
  const names = ((await namesIn(folder)) ?? []).filter(isRecord);
  const open = await Promise.all(names.map((name) => openFile(join(folder, name))));
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

/** Only an open journal's content says when it began; one that cannot be read sorts before all others. */
async function openFile(path: string): Promise<Found> {
  const data = await load(path);
  return 'failed' in data ? { path, id: '~', open: true } : { path, id: String(data.id), open: true, data };
}

async function load(path: string): Promise<JournalData | { failed: string }> {
  try {
    const stored = await new JournalFiles(dirname(path)).load(path);
    return stored?.data ?? { failed: `the journal ${path} is gone` };
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

async function read({ path, id, open, ...found }: Found, owner: Owner): Promise<SwitchRecord | undefined> {
  const data = found.data ?? (await load(path));
  if ('failed' in data) return isNamedFor(path, owner) ? broken({ path, id, open }, data) : undefined;
  if (!concerns(data, owner)) return undefined;
  try {
    const timeline = timelineOf(data);
    const { origMaster, newMaster, opened = newMaster, drivers } = data;
    return { path, id: timeline.id, open, timeline, origMaster, newMaster: opened, drivers };
  } catch (error) {
    return broken({ path, id, open }, { failed: `cannot draw ${path}: ${messageOf(error)}` });
  }
}

function broken(file: Omit<BrokenRecord, 'broken'>, { failed }: { failed: string }): BrokenRecord {
  return { ...file, id: file.id === '~' ? file.path : file.id, broken: failed.replace(/\s+/g, ' ').trim() };
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
