import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identifier, quote } from '../../src/base/account.ts';
import { type Command, onlineArguments, runCommand } from '../support/commands.ts';
import { journalFolder, stateOf } from '../support/process/crash.ts';
import { helperSettings } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';

const NOBODY = 65534;
const EVIL =
  "SELECT ON *.* TO teller@'%'; CREATE OR REPLACE USER evil@'%' IDENTIFIED BY 'zpw-evil'; GRANT ALL ON *.* TO evil@'%'; GRANT SELECT";

const lab = useLab({
  ssh: false,
  stock: [
    'CREATE TABLE app.orders (id INT PRIMARY KEY)',
    "CREATE USER teller@'%' IDENTIFIED BY 'zpw-teller'",
    "GRANT SELECT, INSERT ON app.orders TO teller@'%'",
    'CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0',
    ...awkward(),
  ],
});
let before: Awaited<ReturnType<typeof stateOf>>;
let whole: string;
const path = () => join(journalFolder(lab), `${lab.server(0).host}_3306.json`);

beforeAll(async () => {
  before = await stateOf(lab);
});

/** Every sign that could end a name early: what is given back at the end of each test has them all. */
function awkward(): string[] {
  const signs = `'"\`\\;-- #/*\n*/ DROP DATABASE app; x`;
  const [database, table, column] = ['d', 't', 'c'].map((first) => identifier(first + signs));
  const user = `${quote(`u${signs}`)}@'%'`;
  return [
    `CREATE DATABASE ${database}`,
    `CREATE TABLE ${database}.${table} (${column} INT)`,
    `CREATE USER ${user} IDENTIFIED BY 'zpw-awkward'`,
    `GRANT SELECT (${column}), INSERT ON ${database}.${table} TO ${user}`,
    `GRANT UPDATE ON ${database}.* TO ${user} WITH GRANT OPTION`,
    `CREATE DEFINER = ${user} EVENT ${database}.${identifier(`e${signs}`)} ON SCHEDULE EVERY 1 DAY DO DO 0`,
  ];
}

beforeEach(async () => {
  const stopped = await hook('stop');
  expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
  whole = readFileSync(path(), 'utf8');
});

afterEach(async () => {
  for (const folder of [journalFolder(lab), join(journalFolder(lab), 'history')]) {
    chmodSync(folder, 0o700);
    if (process.getuid?.() === 0) chownSync(folder, 0, 0);
  }
  rmSync(path(), { force: true });
  writeFileSync(path(), whole, { mode: 0o600 });
  const recovered = await recover();
  expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
  await lab.waitReplicasLevel();
  expect((await stateOf(lab)).map(({ rights, events, readOnly }) => ({ rights, events, readOnly }))).toEqual(
    before.map(({ rights, events, readOnly }) => ({ rights, events, readOnly })),
  );
});

const hook = (command: string) =>
  runCommand('master_ip_online_change', onlineArguments(lab, command, lab.server(0), lab.server(1)));
const recover = (...args: string[]) => runCommand('mha_recover', [`--conf=${lab.confFile}`, ...args]);
const evils = async () => (await lab.server(0).admin("SELECT User FROM mysql.user WHERE User = 'evil'")).length;

/** The journal as somebody would plant it: SQL in the names of privileges, and everywhere else that goes unquoted. */
function planted(): string {
  const data = JSON.parse(whole);
  const step = data.steps.find((s: { name: string }) => s.name === 'revoke');
  step.captured.blocked[0].grants[0].privileges[0].name = EVIL;
  return JSON.stringify(data);
}

/** Nothing was done, and the message says why and what to do. */
async function expectRefused(command: Command, args: readonly string[], why: RegExp): Promise<void> {
  const result = await runCommand(command, args);
  const said = (result.stdout + result.stderr).replace(/\s+/g, ' ');
  expect(result.code, said).toBe(1);
  expect(said).toMatch(why);
  expect(said).not.toMatch(/unexpected:/);
  expect(await evils()).toBe(0);
}

async function expectRefusedByAll(why: RegExp): Promise<void> {
  await expectRefused('mha_recover', [`--conf=${lab.confFile}`], why);
  await expectRefused('mha_recover', [`--conf=${lab.confFile}`, '--list'], why);
  await expectRefused('master_ip_online_change', onlineArguments(lab, 'stop', lab.server(0), lab.server(1)), why);
  await expectRefused('master_ip_online_change', onlineArguments(lab, 'status', lab.server(0), lab.server(1)), why);
  await expectRefused('mha_check', [`--conf=${lab.confFile}`, '--json'], why);
}

describe('a journal that somebody else may have written', () => {
  it.runIf(process.getuid?.() === 0)(
    'is refused because of the owner of its folder, by all; start still opens',
    async () => {
      writeFileSync(path(), planted());
      chownSync(journalFolder(lab), NOBODY, NOBODY);
      await expectRefusedByAll(/mha-helper( is|:) not trusted: it belongs to user id 65534.*journal_dir/);
      const started = await hook('start');
      expect(started.code, started.stderr).toBe(10);
      expect(started.stderr).toMatch(/takes writes, but:\s.*not trusted/s);
      expect((await lab.server(1).admin('SELECT @@GLOBAL.read_only AS value'))[0]?.value).toBe(0);
      expect(await evils()).toBe(0);
      await lab.server(1).admin('SET GLOBAL read_only = 1');
    },
  );

  it('is refused because others may write to its folder', async () => {
    writeFileSync(path(), planted());
    chmodSync(journalFolder(lab), 0o777);
    await expectRefusedByAll(
      /mha-helper( is|:) not trusted: others than its owner may write to it.*chmod go-w.*journal_dir/,
    );
  });

  it.runIf(process.getuid?.() === 0)('is refused because of its own owner', async () => {
    writeFileSync(path(), planted());
    chownSync(path(), NOBODY, NOBODY);
    await expectRefusedByAll(/_3306\.json cannot be read: not trusted: it belongs to user id 65534/);
  });

  it('is refused by its form even if its owner is trusted: no text of it is sent', async () => {
    writeFileSync(path(), planted());
    await expectRefused('mha_recover', [`--conf=${lab.confFile}`], /privileges\[0\]\.name is no privilege/);
  });

  it('may name anything: no name ends its quotes', async () => {
    for (const sign of ["'", '`', '\\', "\\'", '\0', '\n', "'; DROP DATABASE app; -- "]) {
      const text = JSON.stringify(`teller${sign}`).slice(1, -1);
      writeFileSync(path(), whole.replaceAll('"teller"', `"${text}"`).replaceAll('"orders"', `"${text}"`));
      const result = await recover();
      expect(result.stdout + result.stderr).not.toMatch(/unexpected:|You have an error in your SQL syntax/);
      expect(
        await lab.server(0).admin("SELECT 1 AS here FROM information_schema.TABLES WHERE TABLE_NAME = 'orders'"),
      ).toEqual([{ here: 1 }]);
    }
    expect(await evils()).toBe(0);
  });

  it('of a newer version is left alone', async () => {
    writeFileSync(path(), whole.replace('"phase":"stopped"', '"phase":"guarded"'));
    await expectRefusedByAll(/phase is \\?"guarded\\?", which is not known to this version; a newer version/);
  });

  it('in a folder that was planted is no way in, and journal_dir is the way out', async () => {
    const plant = join(lab.folder, 'planted');
    mkdirSync(plant, { recursive: true });
    chmodSync(plant, 0o1777);
    helperSettings(lab, `[default]\njournal_dir = ${plant}\n`);
    try {
      await expectRefused('mha_recover', [`--conf=${lab.confFile}`], /planted( is|:) not trusted.*journal_dir/);
    } finally {
      helperSettings(lab);
      rmSync(plant, { recursive: true });
    }
    expect(existsSync(dirname(path()))).toBe(true);
  });
});
