import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, Refused } from '../../../../src/base/errors.ts';
import { Journal } from '../../../../src/capabilities/journal/journal.ts';
import { openJournals } from '../../../../src/capabilities/journal/openJournals.ts';

const server = (host: string, port = 3306) => ({ host, ip: host, port });
const START = { conf: '/etc/mha/app1.cnf', origMaster: server('db1'), newMaster: server('db2'), replicas: [] };
const NOW = new Date('2026-01-02T03:04:05.678Z');

let parent: string;
let dir: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'mha-journal-'));
  dir = join(parent, 'mha-helper');
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a journal', () => {
  it('is one private file a master, and leaves no temporary file', () => {
    const journal = Journal.create(dir, START, NOW);
    journal.data.steps.push({ name: 'a', title: 'A', state: 'done', captured: { x: 1 }, at: NOW.toISOString(), ms: 3 });
    journal.save();
    expect(journal.path).toBe(join(dir, 'db1_3306.json'));
    expect(modeOf(journal.path)).toBe(0o600);
    expect(modeOf(dir)).toBe(0o700);
    expect(readdirSync(dir).sort()).toEqual(['db1_3306.json', 'db1_3306.json.unopened', 'history']);
    expect(Journal.load(journal.path).captured('a')).toEqual({ x: 1 });
  });

  it('has the format that later versions must be able to read', () => {
    const { path } = Journal.create(dir, START, NOW);
    const data = JSON.parse(readFileSync(path, 'utf8'));
    expect(data).toMatchObject({ format: 1, ...START, phase: 'stopping', steps: [], notes: [] });
    expect(data.id).toBe(`2026-01-02T03-04-05-678Z-${process.pid}`);
    expect(data.process).toMatchObject({ pid: process.pid, host: expect.any(String), boot: expect.any(String) });
  });

  it('is refused if that master has an open one, which stays as it was', () => {
    const first = Journal.create(dir, START, NOW);
    const before = readFileSync(first.path, 'utf8');
    expect(() => Journal.create(dir, { ...START, newMaster: server('db3') }, NOW)).toThrow(Refused);
    expect(() => Journal.create(dir, START, NOW)).toThrow(/never ended.*db1_3306\.json.*mha_recover/);
    expect(readFileSync(first.path, 'utf8')).toBe(before);
  });

  it('goes to the history when it is closed, and the next one may begin', () => {
    const to = Journal.create(dir, START, NOW).close('undone');
    expect(to).toBe(join(dir, 'history', `db1_3306.2026-01-02T03-04-05-678Z-${process.pid}.json`));
    expect(Journal.load(to).data.phase).toBe('undone');
    expect(modeOf(to)).toBe(0o600);
    expect(Journal.create(dir, START, NOW).data.phase).toBe('stopping');
  });

  it('is found by either of its masters, and only by these', () => {
    Journal.create(dir, START, NOW);
    expect(openJournals(dir, [server('db2')])).toHaveLength(1);
    expect(openJournals(dir, [server('db1', 3307), server('db3')])).toEqual([]);
    expect(openJournals(join(parent, 'nothing'), [server('db1')])).toEqual([]);
  });

  it.each(['{"format":1', '{"format":2,"steps":[]}', '[]', ''])(
    'that reads %j is an error that names the file',
    (text) => {
      const { path } = Journal.create(dir, START, NOW);
      writeFileSync(path, text);
      expect(() => Journal.load(path)).toThrow(ConfigError);
      expect(() => Journal.load(path)).toThrow(path);
      expect(openJournals(dir, [server('db1')])).toEqual([
        { path, why: expect.stringContaining(`${path} cannot be read`) },
      ]);
    },
  );

  it('that cannot be written says so, and that nothing was changed', () => {
    writeFileSync(join(parent, 'file'), '');
    const create = () => Journal.create(join(parent, 'file', 'dir'), START, NOW);
    expect(create).toThrow(ConfigError);
    expect(create).toThrow(/cannot write the journal .*nothing was changed/);
  });
});
