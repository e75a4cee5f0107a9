import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/commands.ts';
import { useReports } from '../support/reports.ts';
import { journalFolder, rootSession } from '../support/state/state.ts';
import { secretsIn } from '../support/zoo/secrets.ts';
import { accounts } from '../tools/lab/accounts.ts';

const { lab, report, hook, succeeds } = useReports();
const held: { destroy(): void }[] = [];

afterAll(async () => {
  for (const session of held) session.destroy();
});

const history = () => join(journalFolder(lab), 'history');

async function sessions(count: number, sql?: string): Promise<void> {
  const { user, password } = accounts.app;
  for (let i = 0; i < count; i += 1) {
    const session = await lab.server(0).connect(user, password);
    session.on('error', () => {});
    held.push(session);
    if (sql) void session.query(sql).catch(() => {});
  }
}

/** What `--json` tells of the newest record. */
async function newest() {
  return JSON.parse(await succeeds(report('--json')));
}

it('without any record, says where it looked', async () => {
  const result = await report();
  expect(result.code).toBe(1);
  expect(result.stderr).toContain(`is recorded below ${journalFolder(lab)}`);
  expect(await succeeds(report('--list'))).toContain('no switch of');
});

describe('a switch that is open', () => {
  beforeAll(async () => {
    await sessions(5);
    await sessions(2, 'SELECT SLEEP(30)');
    await succeeds(hook('stop'));
  });

  it('is shown as such, with its steps, the accounts and the sessions, of these those at work', async () => {
    const shown = await succeeds(report());
    expect(shown).toMatch(/planned switch, NOT ENDED/);
    expect(shown).toMatch(/clients were shut out at \d\d:\d\d:\d\d UTC; when they were let in is not recorded/);
    expect(shown).toMatch(/accounts shut out +\d+ ms +#/);
    expect(shown).toMatch(/sessions ended +[\d.]+ m?s +#/);
    expect(shown).toContain('This switch is open:');
    const { tally, open } = await newest();
    expect(open).toBe(true);
    expect(tally).toMatchObject({ sessions: 7, atWork: 2 });
    expect(tally.accounts).toBeGreaterThan(15);
    expect(await succeeds(report('--list'))).toMatch(/ not ended \(open\) +-$/m);
  });

  it('is put back by mha_recover, and its record says so and for how long nobody could write', async () => {
    await succeeds(runCommand('mha_recover', [`--conf=${lab.confFile}`]));
    const shown = await succeeds(report());
    expect(shown).toMatch(/planned switch, put back/);
    expect(shown).toMatch(/nobody could write for [\d.]+ m?s/);
    expect(shown).toMatch(/everything put back +[\d.]+ m?s +#/);
    expect(shown).toMatch(/! no other server was opened: \S+ goes on as the master/);
    const { outcome, outageMs, open } = await newest();
    expect({ outcome, open }).toEqual({ outcome: 'put back', open: false });
    expect(outageMs).toBeGreaterThan(0);
  });
});

describe('a stop that fails', () => {
  it('leaves a record that names the step and the reason', async () => {
    const locker = await rootSession(lab.server(0));
    await locker.query('LOCK TABLES mysql.servers WRITE');
    const result = await hook('stop');
    locker.destroy();
    expect(result.code, result.stdout + result.stderr).toBe(1);
    const shown = await succeeds(report());
    expect(shown).toMatch(/planned switch, put back/);
    expect(shown).toMatch(/^ {2}locks looked for +did not end +=/m);
    expect(shown).toMatch(/^! .*locks that would hold it up: table\s+mysql.servers, locked/m);
  });
});

describe('a switch with stop and start', () => {
  beforeAll(async () => {
    await succeeds(hook('stop'));
    await succeeds(hook('start'));
  });

  it('has the opening, the accounts and the events of start in its record', async () => {
    const { outcome, outage, stretches, tally } = await newest();
    expect(outcome).toBe('not checked');
    expect(outage.to).toBeGreaterThan(outage.from);
    const opened = stretches.find((s: { label: string }) => s.label === 'new master opened');
    expect(opened.to).toBe(outage.to);
    expect(opened.where).toBe(`${lab.server(1).host}:3306`);
    const again = stretches.find((s: { label: string }) => s.label === 'accounts let in again');
    expect(again.detail).toBe(`${tally.accounts} accounts`);
    expect(stretches.find((s: { label: string }) => s.label === 'scheduled events on').detail).toMatch(/^2 events$/);
  });

  it('is drawn as a page: a whole file or none, for everybody to read', async () => {
    const file = join(lab.folder, 'switch.html');
    for (const time of [1, 2]) {
      const shown = await succeeds(report(`--html=${file}`));
      expect(shown, `${time}`).toContain(file);
      expect(statSync(file).mode & 0o777).toBe(0o644 & ~process.umask());
      expect(readFileSync(file, 'utf8')).toMatch(/^<!DOCTYPE html>[\s\S]*accounts shut out[\s\S]*<\/html>\n$/);
      expect(await secretsIn(lab, [readFileSync(file, 'utf8')])).toEqual([]);
    }
    const folder = join(lab.folder, 'folder.html');
    mkdirSync(folder);
    for (const [path, why] of [
      [folder, 'it is no regular file'],
      [join(lab.folder, 'none', 'x.html'), 'ENOENT'],
    ] as const) {
      const result = await report(`--html=${path}`);
      expect(result).toMatchObject({ code: 1, stdout: '' });
      expect(result.stderr).toContain(`cannot write ${path}: ${why}`);
    }
    expect(readdirSync(lab.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('what is asked for', () => {
  it('is one record by its id or the beginning of it', async () => {
    const lines = (await succeeds(report('--list'))).trim().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    const ids = lines.map((line) => line.split(' ')[0] ?? '');
    expect([...ids].sort().reverse()).toEqual(ids);
    for (const id of ids) {
      expect(await succeeds(report(id))).toContain(`id ${id}`);
      expect(await succeeds(report(id.slice(0, -1)))).toContain(`id ${id}`);
    }
    expect((await report('2')).stderr).toMatch(/records begin with 2: mha_report --list/);
    expect((await report('1999')).stderr).toContain('there is no record 1999');
    const { records } = JSON.parse(await succeeds(report('--list', '--json')));
    expect(records.map((record: { id: string }) => record.id)).toEqual(ids);
  });

  it.each([
    [['--list', '--last'], /--last and --list exclude each other/],
    [['--list', '--html=x'], /--list only shows/],
    [['a', 'b'], /name one record, not 2/],
    [['--lost'], /--lost is unknown/],
  ])('is refused where it makes no sense: %s', async (args, why) => {
    const result = await report(...args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(why);
  });

  it.each([
    ['is empty', ''],
    ['is cut off', '{"format":1,"steps":['],
    ['has steps that are none', null],
  ])('is ignored, and said, where a record %s', async (_, text) => {
    const [name] = readdirSync(history()) as [string];
    const data = JSON.parse(readFileSync(join(history(), name), 'utf8'));
    const path = join(history(), name.replace(/\.2\d{3}-.*/, '.9999-01-01T00-00-00-000Z-1.json'));
    writeFileSync(path, text ?? JSON.stringify({ ...data, steps: [null, 7] }));
    try {
      const result = await report();
      expect(result.code, result.stderr).toBe(0);
      expect(result.stdout).toMatch(/\[warning\] ignored: .*9999-01-01.* cannot be read/);
      expect(result.stdout).toContain('planned switch');
      expect(await succeeds(report('--list'))).toMatch(/^9999-01-01T00-00-00-000Z-1 {2}.* cannot be read/m);
      const named = await report('9999');
      expect(named.code).toBe(1);
      expect(named.stderr).not.toMatch(/^\s+at /m);
    } finally {
      rmSync(path);
    }
  });
});

it('leaves no temporary file beside the records', () => {
  expect(existsSync(history())).toBe(true);
  expect(readdirSync(history()).filter((name) => !name.endsWith('.json'))).toEqual([]);
});
