import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, Refused } from '../../../src/base/errors.ts';
import { JournalFiles } from '../../../src/capabilities/journal/files.ts';
import { Journal } from '../../../src/capabilities/journal/journal.ts';
import { openJournals } from '../../../src/capabilities/journal/openJournals.ts';

const server = (host: string, port = 3306) => ({ host, ip: host, port });
const START = { conf: '/etc/mha/app1.cnf', origMaster: server('db1'), newMaster: server('db2'), replicas: [] };
const NOW = new Date('2026-01-02T03:04:05.678Z');

let parent: string;
let dir: string;
let store: JournalFiles;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'mha-journal-'));
  dir = join(parent, 'mha-helper');
  store = new JournalFiles(dir);
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a journal', () => {
  it('is one private file a master, and leaves no temporary file', async () => {
    const journal = await Journal.create(store, START, NOW);
    journal.data.steps.push({ name: 'a', title: 'A', state: 'done', captured: { x: 1 }, at: NOW.toISOString(), ms: 3 });
    await journal.save();
    expect(journal.path).toBe(join(dir, 'db1_3306.json'));
    expect(modeOf(journal.path)).toBe(0o600);
    expect(modeOf(dir)).toBe(0o700);
    expect(readdirSync(dir).sort()).toEqual(['db1_3306.json', 'db1_3306.json.unopened', 'history']);
    expect((await journal.latest())?.captured({ name: 'a', parse: (captured) => captured })).toEqual({ x: 1 });
  });

  it('has the format that later versions must be able to read', async () => {
    const { path } = await Journal.create(store, START, NOW);
    const data = JSON.parse(readFileSync(path, 'utf8'));
    expect(data).toMatchObject({ format: 1, ...START, phase: 'stopping', steps: [], notes: [] });
    expect(data.id).toBe(`2026-01-02T03-04-05-678Z-${process.pid}`);
    expect(data.process).toMatchObject({ pid: process.pid, host: expect.any(String), boot: expect.any(String) });
  });

  it('is refused where that master has an open one, which stays as it was', async () => {
    const first = await Journal.create(store, START, NOW);
    const before = readFileSync(first.path, 'utf8');
    await expect(Journal.create(store, { ...START, newMaster: server('db3') }, NOW)).rejects.toThrow(Refused);
    await expect(Journal.create(store, START, NOW)).rejects.toThrow(/never ended.*db1_3306\.json.*mha_recover/);
    expect(readFileSync(first.path, 'utf8')).toBe(before);
  });

  it('goes to the history when it is closed, and the next one may begin', async () => {
    const to = await (await Journal.create(store, START, NOW)).close('undone');
    expect(to).toBe(join(dir, 'history', `db1_3306.2026-01-02T03-04-05-678Z-${process.pid}.json`));
    expect((await Journal.load(store, to))?.data.phase).toBe('undone');
    expect(modeOf(to)).toBe(0o600);
    expect((await Journal.create(store, START, NOW)).data.phase).toBe('stopping');
  });

  it('is found by either of its masters, and only by these', async () => {
    await Journal.create(store, START, NOW);
    expect(await openJournals(store, [server('db2')])).toHaveLength(1);
    expect(await openJournals(store, [server('db1', 3307), server('db3')])).toEqual([]);
    expect(await openJournals(new JournalFiles(join(parent, 'nothing')), [server('db1')])).toEqual([]);
  });

  it.each(['{"format":1', '{"format":2,"steps":[]}', '[]', ''])(
    'that reads %j is an error that names the file',
    async (text) => {
      const { path } = await Journal.create(store, START, NOW);
      writeFileSync(path, text);
      await expect(Journal.load(store, path)).rejects.toThrow(ConfigError);
      await expect(Journal.load(store, path)).rejects.toThrow(path);
      expect(await openJournals(store, [server('db1')])).toEqual([
        { path, why: expect.stringContaining(`${path} cannot be read`) },
      ]);
    },
  );

  it('that cannot be written says so, and that nothing was changed', async () => {
    writeFileSync(join(parent, 'file'), '');
    const create = () => Journal.create(new JournalFiles(join(parent, 'file', 'dir')), START, NOW);
    await expect(create()).rejects.toThrow(ConfigError);
    await expect(create()).rejects.toThrow(/cannot write the journal .*nothing was changed/);
  });
});
