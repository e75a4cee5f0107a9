import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { canRunUserSystemd, startUserSystemd } from '../support/process/userSystemd.ts';
import { fence, printed, script } from '../support/scenes/fence.ts';
import { processes } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { endGuards } from '../tools/lab/hosts/guards.ts';
import { KIND } from '../tools/lab/kind.ts';
import { type Daemon, startDaemon } from '../tools/lab/processes.ts';
import { runOk } from '../tools/lab/run.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({ servers: 2, ports: [3306, 3307], sameAddress: true });
const own = () => lab.server(0);
let restarter: Daemon | undefined;

afterEach(async () => {
  await restarter?.kill();
  restarter = undefined;
  endGuards(own());
  for (const pid of serversHere()) process.kill(pid, 'SIGKILL');
  await until('the end of the server', 10_000, () => serversHere().length === 0);
});

/** The processes of the first server, whoever started them. */
const serversHere = () =>
  processes(lab)
    .filter((each) => /\/(mysqld|mariadbd)\b/.test(each) && each.includes(`--datadir=${own().dataDir}`))
    .filter((each) => !/\bsh -c|mysqld_safe|mariadbd-safe/.test(each))
    .map((each) => Number(each.split(' ')[0]));

/** The first server's own command line; it is not running any more. */
async function commandLine(): Promise<string[]> {
  if (!own().running) await own().start();
  const words = readFileSync(`/proc/${own().pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  await own().stop();
  return words;
}

const answers = (what: string) =>
  until(
    what,
    30_000,
    () => own().admin('SELECT 1'),
    () => readFileSync(own().log, 'utf8').slice(-2000),
  );
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

describe('what starts a server again', () => {
  it.runIf(KIND === 'mariadb')('mysqld_safe is ended with it', async () => {
    const [program = '', ...args] = (await commandLine()).filter((word) => word !== '--no-defaults');
    const safe = ['--no-defaults', `--ledir=${dirname(program)}`, '--mysqld=mariadbd', `--log-error=${own().log}`];
    restarter = await startDaemon('mariadbd-safe', [...safe, ...args], own().log);
    await answers('the server below mariadbd-safe');
    const [before] = serversHere();
    process.kill(before as number, 'SIGKILL');
    await until('its restart', 30_000, () => serversHere().some((pid) => pid !== before));
    await answers('the restarted server');
    const result = await fence(lab, 'stopssh');
    expect(result.stdout, printed(result)).toMatch(/is fenced: ended mariadbd \(pid \d+\)/);
    expect(serversHere()).toEqual([]);
    expect(restarter.running()).toBe(false);
  });

  it('one that nobody knows is named: it starts it again and again, and no server takes a connection', async () => {
    const words = await commandLine();
    restarter = await startDaemon(script(lab, 'watchdog', `while :; do ${quoted(words)}; done`), [], own().log);
    await answers('the server below the watchdog');
    const result = await fence(lab, 'stopssh');
    expect(result.code, printed(result)).toBe(10);
    expect(result.stdout).toMatch(
      new RegExp(`NOT FENCED: .*again and again \\(\\d+ times\\).* watchdog \\(pid ${restarter.pid}\\)`),
    );
    expect(result.stdout).toMatch(/if it must serve again: mha_fence --command=release --host=/);
    await expect(own().admin('SELECT 1')).rejects.toThrow();
    expect(lab.server(1).running).toBe(true);
    await restarter.kill();
    const quiet = await fence(lab, 'stopssh');
    expect(quiet.stdout, printed(quiet)).toContain('is fenced: no process of it runs on its host');
  });

  it.runIf(canRunUserSystemd())(
    'systemd, at once and always, cannot until it is let go: this unit and no other',
    async () => {
      const words = (await commandLine()).filter((word) => !word.startsWith('--user='));
      await runOk('chown', ['-R', '5:60', dirname(own().dataDir)]);
      chmodSync(lab.folder, 0o755);
      const unit = (command: string) =>
        `[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=${command}\nRestart=always\nRestartSec=0\n`;
      const units = { 'db@.service': unit(words.join(' ')), 'other@.service': unit('/bin/sleep 1000') };
      const systemd = await startUserSystemd(lab, units);
      try {
        await systemd.systemctl('start', 'db@one', 'other@one');
        await answers('the server below systemd');
        const [before] = serversHere();
        process.kill(before as number, 'SIGKILL');
        await until('its restart', 30_000, () => serversHere().some((pid) => pid !== before));
        await answers('the restarted server');
        const noted = await fence(lab, 'status');
        expect(noted.code, printed(noted)).toBe(0);
        const result = await fence(lab, 'stopssh');
        expect(result.stdout, printed(result)).toMatch(
          /is fenced: ended \w+ \(pid \d+\) with (TERM|KILL); db@one.service cannot start/,
        );
        await expect(systemd.systemctl('start', 'db@one')).rejects.toThrow(/[Aa]ssertion failed/);
        expect(await systemd.systemctl('is-active', 'other@one')).toBe('active');
        const released = await fence(lab, 'release');
        expect(released.stdout, printed(released)).toMatch(/let go: the guard \(pid \d+\), db@one.service/);
        await systemd.systemctl('start', 'db@one');
        await answers('the released server');
        await systemd.systemctl('stop', 'db@one');
        const gone = await fence(lab, 'stopssh');
        expect(gone.stdout, printed(gone)).toMatch(/no process of it runs on its host; db@one.service cannot start/);
      } finally {
        await systemd.stop();
      }
      expect(existsSync('/run/user/5')).toBe(false);
    },
  );
});
