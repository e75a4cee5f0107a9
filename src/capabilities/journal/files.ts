import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createDurably, moveDurably, privateDirectory, replaceDurably } from '../../adapters/files/durable.ts';
import { readTrusted } from '../../adapters/files/trusted.ts';
import { ConfigError } from '../../base/errors.ts';
import { time } from '../../base/schema.ts';
import { type Endpoint, nameOf, sameEndpoint } from '../../base/server.ts';
import { atWorkOn, Claim, isAmongHolders } from './claim.ts';
import type { JournalData, OldMaster } from './data.ts';
import { unfinishedSwitch } from './journal.ts';
import { changedBySomebody, codeOf, namesIn, read, textIn, whyNot } from './onDisk.ts';
import type { Held, JournalStore, Listed, Stored } from './store.ts';

/**
 * Journals as files: `<dir>/<host>_<port>.json`, mode 0600; closed ones in `<dir>/history/`. An open journal has its claim
 * beside it and, until a server is opened, a note that none was. Each write is flushed before it is reported. The claim keeps
 * two processes apart; comparing before a write detects a writer without it.
 */
export class JournalFiles implements JournalStore {
  readonly #dir: string;
  /** The text of a failed write: it may be on disk nevertheless. */
  readonly #attempted = new Map<string, string>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  pathOf(origMaster: Endpoint): string {
    return join(this.#dir, `${fileName(origMaster)}.json`);
  }

  async create(data: JournalData): Promise<Stored> {
    const path = this.pathOf(data.origMaster);
    const version = JSON.stringify(data);
    try {
      this.#history();
      createDurably(path, version);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw unfinishedSwitch(path);
      throw new ConfigError(`cannot write the journal ${path}: ${whyNot(error)}; nothing was changed`);
    }
    rmSync(earlyOf(path), { force: true });
    try {
      replaceDurably(noteOf(path), '');
    } catch {
      // Without the note, the servers or the operator are asked instead.
    }
    return { path, data, version };
  }

  async load(path: string): Promise<Stored | undefined> {
    const { stored, missing, why } = read(path);
    if (!stored && !missing) throw new ConfigError(why ?? '');
    return stored;
  }

  async list(servers: readonly Endpoint[]): Promise<Listed[]> {
    const names = namesIn(this.#dir);
    if (!Array.isArray(names)) return [names];
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => read(join(this.#dir, name)))
      .filter(({ path, stored, missing }) => {
        if (missing) return false;
        const own = stored ? [stored.data.origMaster, stored.data.newMaster] : [];
        if (own.some((a) => servers.some((b) => sameEndpoint(a, b)))) return true;
        return !stored && servers.some((s) => basename(path) === `${fileName(s)}.json`);
      });
  }

  async save({ path, data, version }: Stored): Promise<string> {
    const there = textIn(path);
    const isOurs = there === version || there === this.#attempted.get(path);
    if (there === undefined || !isOurs) throw changedBySomebody(path);
    const text = JSON.stringify(data);
    this.#attempted.set(path, text);
    replaceDurably(path, text);
    this.#attempted.delete(path);
    return text;
  }

  async close({ path, data }: Stored): Promise<string> {
    await this.forgetUnopened(path);
    rmSync(earlyOf(path), { force: true });
    const to = join(this.#history(), `${basename(path, '.json')}.${data.id}.json`);
    moveDurably(path, to);
    return to;
  }

  async record(data: JournalData): Promise<string> {
    const path = join(this.#history(), `${fileName(data.origMaster)}.${data.id}.json`);
    createDurably(path, JSON.stringify(data));
    return path;
  }

  async noteOldMaster(path: string, oldMaster: OldMaster): Promise<void> {
    const { data } = (await this.load(path)) ?? {};
    if (!data?.start) throw new ConfigError(`${path} is no record of a switch whose start ran`);
    replaceDurably(path, JSON.stringify({ ...data, start: { ...data.start, oldMaster } }));
  }

  async stamp(path: string): Promise<string | undefined> {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found && `${found.ino} ${found.mtimeNs} ${found.size}`;
  }

  async isUnopened(path: string): Promise<boolean> {
    return existsSync(noteOf(path));
  }

  async forgetUnopened(path: string): Promise<void> {
    rmSync(noteOf(path), { force: true });
  }

  async noteOpenedEarly(path: string, at: string): Promise<void> {
    writeFileSync(earlyOf(path), at, { mode: 0o600 });
  }

  async openedEarly(path: string): Promise<string | undefined> {
    try {
      return time(readTrusted(earlyOf(path)), '');
    } catch {
      return undefined;
    }
  }

  async claim(path: string, by: string, deadHosts?: readonly string[]): Promise<Held> {
    return Claim.take(path, by, deadHosts);
  }

  async atWork(path: string, deadHosts?: readonly string[]): Promise<string | undefined> {
    return atWorkOn(path, deadHosts);
  }

  async isHolder(path: string): Promise<boolean> {
    return isAmongHolders(path);
  }

  /** Creates the folder again if somebody has removed it. */
  #history(): string {
    const path = join(this.#dir, 'history');
    privateDirectory(path);
    return path;
  }
}

const noteOf = (path: string) => `${path}.unopened`;
const earlyOf = (path: string) => `${path}.opened`;

/** The start of the file names for a server's switches. */
export function fileName(server: Endpoint): string {
  return nameOf(server)
    .replace(/[^A-Za-z0-9.-]/g, '_')
    .replace(/^_+/, '');
}
