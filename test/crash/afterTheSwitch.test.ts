import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SQL } from '../lab/kind.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { changeTo } from '../lab/replication.ts';
import type { RunResult } from '../lab/run.ts';
import { FEW, moveByHand } from '../support/byHand.ts';
import { type Command, configureHooks, onlineArguments, runCommand } from '../support/commands.ts';
import { openServers, recover, wantedOf, wrongAtTheEnd } from '../support/judge.ts';
import { helperSettings, openJournals } from '../support/state.ts';
import { eventsOf, rightsOf } from '../support/zoo.ts';

const [A, B, C] = [0, 1, 2];

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ ssh: false });
});

afterAll(() => lab?.stop());

beforeEach(async () => {
  await lab.reset(A, { fresh: !lab.server(A).running });
  configureHooks(lab);
  helperSettings(lab, { kill_after_timeout: 0.5, undo_timeout: 6 });
  await lab.server(A).adminAll([...FEW, 'CREATE FUNCTION app.tax() RETURNS INT DETERMINISTIC RETURN 7']);
  await lab.server(A).adminAll(["GRANT EXECUTE ON FUNCTION app.tax TO teller@'%'"]);
  await lab.waitReplicasLevel();
});

function hook(command: string, orig: number, next: number, name: Command = 'master_ip_online_change') {
  return runCommand(name, onlineArguments(lab, command, lab.server(orig), lab.server(next)));
}

async function done(result: Promise<RunResult>): Promise<string> {
  const { code, stdout, stderr } = await result;
  expect(code, stdout + stderr).toBe(0);
  return stdout + stderr;
}

/** As MHA does once `start` has ended: everybody replicates from the new master, from where it was before `start`. */
async function switchOver(orig: number, next: number): Promise<void> {
  await done(hook('stop', orig, next));
  const [position] = await lab.server(next).admin(SQL.status);
  await done(hook('start', orig, next));
  const change = await changeTo(lab.server(next), lab.repl, position);
  for (const index of [A, B, C].filter((index) => index !== next))
    await lab.server(index).adminAll([SQL.stop, change, SQL.start]);
  await lab.server(next).adminAll([SQL.stop, SQL.forget]);
  await lab.waitReplicasLevel();
}

const rightsOfTeller = async (index: number) => (await rightsOf(lab.server(index)))["'teller'@'%'"]?.join('\n') ?? '';
const phases = () => openJournals(lab).map((path) => JSON.parse(readFileSync(path, 'utf8')).phase);
const ENABLED = async (index: number) =>
  (await eventsOf(lab.server(index))).filter(({ status }) => status === 'ENABLED').map(({ name }) => name);

describe('a switch by the plain hooks stays open as started', () => {
  beforeEach(async () => {
    await switchOver(A, B);
    expect(phases()).toEqual(['started']);
  });

  it('and is closed by the next stop; what a DBA gave and took meanwhile is so on every server', async () => {
    await lab
      .server(B)
      .adminAll(["GRANT INDEX ON app.orders TO teller@'%'", "REVOKE INSERT ON app.orders FROM teller@'%'"]);
    await lab.waitReplicasLevel();
    await switchOver(B, A);
    for (const index of [A, B, C]) {
      expect(await rightsOfTeller(index)).toMatch(/GRANT SELECT, INDEX ON `app`\.`orders`/);
      expect(await rightsOfTeller(index)).not.toContain('INSERT');
    }
    const last = await recover(lab);
    expect(last.code, last.stdout + last.stderr).toBe(0);
    expect(openJournals(lab)).toEqual([]);
    expect(await openServers(lab)).toEqual([A]);
    for (const index of [A, B, C]) expect(await rightsOfTeller(index)).not.toContain('INSERT');
  });

  it.each([
    ['a table', 'DROP TABLE app.orders'],
    ['a routine', 'DROP FUNCTION app.tax'],
    ['a database', 'DROP DATABASE app'],
    ['an account', "DROP USER teller@'%'"],
    ['a role', 'DROP ROLE reader'],
  ])('and is closed by the next stop, and by mha_recover, after %s was dropped', async (_, sql) => {
    await lab.server(B).admin(sql);
    await lab.waitReplicasLevel();
    await done(hook('stop', B, A));
    expect(openJournals(lab)).toHaveLength(1);
    await done(recover(lab));
    expect(openJournals(lab)).toEqual([]);
    expect(await openServers(lab)).toEqual([B]);
  });

  it('is not used by a failover of its original master, which is the master again', async () => {
    await moveByHand(lab, A);
    // The note is about events that were not altered within its second.
    const deeds = ["REVOKE INSERT ON app.orders FROM teller@'%'", 'ALTER EVENT app.nightly DISABLE', 'DO SLEEP(1.1)'];
    await lab.server(A).adminAll(deeds);
    await lab.waitReplicasLevel();
    const status = onlineArguments(lab, 'status', lab.server(A), lab.server(B)).filter(
      (arg) => !/new_master/.test(arg),
    );
    await done(runCommand('master_ip_failover', status));
    await lab.server(A).kill9();
    const output = await done(hook('start', A, B, 'master_ip_failover'));
    expect(await openServers(lab)).toEqual([B]);
    expect(await rightsOfTeller(B), output).not.toContain('INSERT');
    expect(await ENABLED(B), output).toEqual([]);
    const ended = await done(recover(lab, `--is_down=${lab.server(A).host}`));
    expect(openJournals(lab), ended).toEqual([]);
    expect(await rightsOfTeller(B), ended).not.toContain('INSERT');
    expect(await ENABLED(B), ended).toEqual([]);
  });
});

describe('a switch by the plain hooks after which nobody replicated from the new master', () => {
  it.each([
    ['of its original master', A, C],
    ['that makes its original master the new one', C, A],
  ])('is not closed by a stop %s: the original master still lacks what was taken', async (_, orig, next) => {
    const wanted = await wantedOf(lab);
    await done(hook('stop', A, B));
    await done(hook('start', A, B));
    await moveByHand(lab, orig);
    const refused = await hook('stop', orig, next);
    const output = refused.stdout + refused.stderr;
    expect(refused.code, output).toBe(1);
    expect(output).toMatch(/a switch of this cluster never ended.*mha_recover/);
    expect(phases()).toEqual(['started']);
    await done(recover(lab, `--master_is=${lab.server(orig).host}`));
    expect(await wrongAtTheEnd(lab, { ...wanted, master: orig }), output).toEqual([]);
  });
});

describe('dropped between stop and undo, or stop and start', () => {
  const DROPS = [
    ['a table', 'DROP TABLE app.orders'],
    ['a routine', 'DROP FUNCTION app.tax'],
    ['a role', 'DROP ROLE reader'],
    ['an account', "DROP USER teller@'%'"],
  ] as const;

  it.each(DROPS)('%s: mha_recover puts the rest back, names it, and nothing stays open', async (_, sql) => {
    const before = await rightsOf(lab.server(A));
    await done(hook('stop', A, B));
    await lab.server(A).admin(sql);
    await lab.waitReplicasLevel();
    const output = await done(recover(lab));
    expect(openJournals(lab), output).toEqual([]);
    expect(await openServers(lab), output).toEqual([A]);
    const now = await rightsOf(lab.server(A));
    expect(now["'boss'@'%'"], output).toEqual(before["'boss'@'%'"]);
    const withoutRole = (rows: string[] | undefined) => rows?.filter((row) => !/^GRANT `reader`/.test(row));
    expect(withoutRole(now["'clerk'@'10.%'"]), output).toEqual(withoutRole(before["'clerk'@'10.%'"]));
  });

  it.each(DROPS)('%s: start gives the rest back, and nothing stays open', async (_, sql) => {
    const before = await rightsOf(lab.server(A));
    await done(hook('stop', A, B));
    await lab.server(A).admin(sql);
    await lab.waitReplicasLevel();
    const [position] = await lab.server(B).admin(SQL.status);
    const started = await hook('start', A, B);
    const output = started.stdout + started.stderr;
    expect([0, 10], output).toContain(started.code);
    const change = await changeTo(lab.server(B), lab.repl, position);
    for (const index of [A, C]) await lab.server(index).adminAll([SQL.stop, change, SQL.start]);
    await lab.server(B).adminAll([SQL.stop, SQL.forget]);
    await lab.waitReplicasLevel();
    const ended = await done(recover(lab));
    expect(openJournals(lab), ended).toEqual([]);
    expect(await openServers(lab), ended).toEqual([B]);
    for (const index of [A, B, C]) {
      expect((await rightsOf(lab.server(index)))["'boss'@'%'"], output + ended).toEqual(before["'boss'@'%'"]);
    }
  });
});
