import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { bin } from '../support/commands.ts';
import { guardians, noGuardian, plainSwitch, slowStart } from '../support/process/guardians.ts';
import { holdAfterStop, masterhaAmong } from '../support/process/heldHook.ts';
import { install } from '../support/process/installed.ts';
import { closedPhases, openJournals, processes, type Started, stateOf } from '../support/scenes/mha.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { helperSettings } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { until } from '../tools/lab/wait.ts';

const [A, B] = [0, 1];
const SETTINGS = { kill_after_timeout: 2, undo_timeout: 6 };

const lab = useLab({ settings: SETTINGS, stock: FEW, eachTest: true });
let wanted: Wanted;

beforeEach(async () => {
  wanted = await wantedOf(lab);
});

const inMha = () => masterhaAmong(processes(lab));
const inStop = () => {
  const stop = processes(lab).find((each) =>
    /^\d+ \S*node.* \S*master_ip_online_change\S* .*--command=stop/.test(each),
  );
  return Number.parseInt(stop ?? '', 10);
};
const theGuardian = () => guardians(lab)[0] as number;
const log = () => readFileSync(join(lab.workDir, 'mha-helper', 'guardian.log'), 'utf8');

async function expectUndone(): Promise<void> {
  await noGuardian(lab);
  expect(await wrongAtTheEnd(lab, wanted)).toEqual([]);
  expect(openJournals(lab)).toEqual([]);
  expect(closedPhases(lab).at(-1)).toBe('undone');
}

/** A plain switch that stands still after `stop`. */
async function stopped(begin = () => plainSwitch(lab)): Promise<Started & { letGo(): void }> {
  const held = holdAfterStop(lab);
  const run = await begin();
  await held.stopped(run.output);
  return { ...run, letGo: held.letGo };
}

it('opens the new master, and is gone when start has done its work', async () => {
  const run = await plainSwitch(lab);
  const { code, stdout, stderr } = await run.ended;
  expect(code, stdout + stderr).toBe(0);
  await noGuardian(lab);
  expect(await openServers(lab)).toEqual([B]);
  const [file = ''] = openJournals(lab);
  const journal = JSON.parse(readFileSync(join(lab.workDir, 'mha-helper', file), 'utf8'));
  const regrant = journal.start.parts.find(({ name }: { name: string }) => name === 'journal');
  // Before the hook's own Node had even loaded.
  expect(Date.parse(regrant.at) - Date.parse(journal.start.opened)).toBeGreaterThan(20);
  expect((await recover(lab)).code).toBe(0);
  expect(await wrongAtTheEnd(lab, { ...wanted, master: B })).toEqual([]);
});

it('leaves the switch to MHA if the hook is called by a program of the user’s', async () => {
  const hook = join(lab.folder, 'hook.pl');
  const ours = `'${bin('master_ip_online_change')}', '--conf=${lab.confFile}', @ARGV`;
  writeFileSync(hook, `#!/usr/bin/perl\nexit(system(${ours}) >> 8);\n`, { mode: 0o755 });
  lab.configure({ master_ip_online_change_script: hook });
  const { code, stdout, stderr } = await (await plainSwitch(lab)).ended;
  expect(code, stdout + stderr).toBe(0);
  expect(await openServers(lab)).toEqual([B]);
  await noGuardian(lab);
});

it('has a session of its own, no password in its arguments or environment, and nothing of MHA’s open', async () => {
  const run = await stopped();
  const [guardian, mha] = [theGuardian(), inMha()];
  const read = (name: string) => readFileSync(`/proc/${guardian}/${name}`, 'utf8');
  for (const name of ['cmdline', 'environ']) {
    for (const secret of [lab.mha.password, lab.repl.password]) expect(read(name)).not.toContain(secret);
  }
  // Field 6 of /proc/PID/stat; the command name before it holds no space here.
  expect(read('stat').split(' ')[5]).toBe(String(guardian));
  const filesOf = (pid: number) => {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).map((fd) => readlinkSync(join(folder, fd)));
  };
  const own = new Set(filesOf(guardian));
  expect(filesOf(mha).filter((file) => own.has(file) && file !== '/dev/null')).toEqual([]);
  process.kill(mha, 'SIGKILL');
  run.letGo();
  await run.ended;
  await expectUndone();
  expect(log()).not.toContain(lab.mha.password);
});

it('logs to the file that MHA writes to', async () => {
  const file = join(lab.folder, 'switch.log');
  const run = await stopped(() => plainSwitch(lab, {}, file));
  process.kill(inMha(), 'SIGKILL');
  run.letGo();
  await run.ended;
  await expectUndone();
  expect(readFileSync(file, 'utf8')).toContain('its guardian ends the switch');
  expect(existsSync(join(lab.workDir, 'mha-helper', 'guardian.log'))).toBe(false);
});

it('is ended by no signal but SIGKILL while its switch is open', async () => {
  const run = await stopped();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(theGuardian(), signal);
  process.kill(inMha(), 'SIGTERM');
  run.letGo();
  await run.ended;
  await expectUndone();
});

it('is at work for mha_recover, even if it stands still; killed, it leaves the switch to mha_recover', async () => {
  const run = await stopped();
  const guardian = theGuardian();
  process.kill(guardian, 'SIGSTOP');
  process.kill(inMha(), 'SIGKILL');
  run.letGo();
  await run.ended;
  const refused = await recover(lab);
  expect(refused.code).toBe(1);
  expect(refused.stdout + refused.stderr).toContain(`its guardian is at work on this switch: process ${guardian}`);
  expect(await openServers(lab)).toEqual([]);
  process.kill(guardian, 'SIGKILL');
  const ended = await recover(lab);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  await expectUndone();
});

it('a start that comes after MHA’s death opens nothing beside the guardian', async () => {
  const env = slowStart(lab, 'sleep 2');
  const run = await stopped(() => plainSwitch(lab, env));
  const guardian = theGuardian();
  process.kill(guardian, 'SIGSTOP');
  run.letGo();
  const starts = () => processes(lab).some((each) => each.includes('/bin/node') && each.includes('--command=start'));
  await until('the call of start', 20_000, starts, run.output);
  process.kill(inMha(), 'SIGKILL');
  await run.ended;
  expect(run.output()).toMatch(/its guardian is at work on this switch: process \d+/);
  expect(await openServers(lab)).toEqual([]);
  process.kill(guardian, 'SIGCONT');
  await expectUndone();
});

describe('in the middle of stop', () => {
  /** A switch whose `stop` has revoked, and waits for a transaction that was begun late. */
  async function draining() {
    const app = async () => {
      const session = await lab.server(A).connect('teller', 'zpw-teller');
      session.on('error', () => {});
      await session.query('BEGIN');
      await session.query(`INSERT INTO app.orders VALUES (${session.threadId}, 1, NULL)`);
      return session;
    };
    helperSettings(lab, { ...SETTINGS, kill_after_timeout: 6 });
    const early = await app();
    const run = await plainSwitch(lab);
    await run.printed('waiting for running transactions');
    const late = await app();
    await early.query('ROLLBACK');
    await run.printed('privileges revoked: done');
    return { run, end: () => [early, late].forEach((session) => void session.destroy()) };
  }

  it('stop is killed: everything is put back', async () => {
    const { run, end } = await draining();
    process.kill(inStop(), 'SIGKILL');
    const { code } = await run.ended;
    expect(code).not.toBe(0);
    await expectUndone();
    end();
  });

  it('MHA is killed, and stop goes on to its end: everything is put back', async () => {
    const { run, end } = await draining();
    process.kill(inMha(), 'SIGKILL');
    await run.ended;
    await expectUndone();
    end();
  });
});

describe('without a guardian', () => {
  const installed = () => {
    const folder = join(lab.folder, 'installed');
    rmSync(folder, { recursive: true, force: true });
    const { bin } = install(folder);
    rmSync(join(folder, 'dist/commands/guardian.js'));
    lab.configure({ master_ip_online_change_script: `${bin('master_ip_online_change')} --conf=${lab.confFile}` });
  };

  it('stop refuses, since nobody would keep max_outage', async () => {
    installed();
    const before = await stateOf(lab);
    const { code, stdout, stderr } = await (await plainSwitch(lab)).ended;
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/refused: no guardian watches this switch: it ended before .*max_outage \(30 s\)/);
    expect(stdout + stderr).toContain('max_outage = no');
    expect(await stateOf(lab)).toEqual(before);
    expect(openJournals(lab)).toEqual([]);
  });

  it('the switch goes through with max_outage = no, and a warning', async () => {
    installed();
    helperSettings(lab, { ...SETTINGS, max_outage: 'no' });
    const { code, stdout, stderr } = await (await plainSwitch(lab)).ended;
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain('no guardian watches this switch');
    expect(await openServers(lab)).toEqual([B]);
  });
});
