import { spawn } from 'node:child_process';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fence, launchInVain, printed } from '../support/scenes/fence.ts';
import { helperSettings } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { guardsOf } from '../tools/lab/hosts/guards.ts';
import { runOk } from '../tools/lab/run.ts';
import { until } from '../tools/lab/wait.ts';

const lab = useLab({ servers: 2, ports: [3306, 3307], sameAddress: true, eachTest: true });
const [own, other] = [() => lab.server(0), () => lab.server(1)];

/** What every fence of the first server must leave. */
async function expectFenced(result: Awaited<ReturnType<typeof fence>>): Promise<void> {
  expect(result.code, printed(result)).toBe(10);
  expect(result.stdout).toContain(`${own().host}:3306 is fenced`);
  expect(own().running).toBe(false);
  expect(other().running).toBe(true);
  await other().admin('SELECT 1');
  expect(guardsOf(own())).toHaveLength(1);
}

describe('two servers on one host', () => {
  it('ends the one of that port, keeps it down until it is released, and leaves its binlogs readable', async () => {
    expect(await fence(lab, 'status')).toMatchObject({ code: 0, stderr: '' });
    await own().admin('CREATE TABLE app.last_words (id INT)');
    const result = await fence(lab, 'stopssh');
    await expectFenced(result);
    expect(result.stdout).toMatch(/ended \w+ \(pid \d+\) with (TERM|KILL)/);
    expect(await binlogText()).toContain('last_words');
    await launchInVain(own());
    expect(printed(await fence(lab, 'status'))).toMatch(
      /a guard on its host \(pid \d+\) keeps it down; mha_fence --command=release --host=\S+ --port=3306 .* start again/,
    );
    const twice = await fence(lab, 'stopssh');
    await expectFenced(twice);
    expect(twice.stdout).toContain('no process of it runs on its host');
    const released = await fence(lab, 'release');
    expect(released).toMatchObject({ code: 0, stdout: expect.stringMatching(/let go: the guard \(pid \d+\)/) });
    expect(guardsOf(own())).toEqual([]);
    await own().start();
    expect((await fence(lab, 'release')).stdout).toContain('nothing held it');
  });

  it('ends a stopped one, whose pid file names the other one, whose socket has moved, without a note', async () => {
    const { pid } = own();
    writeFileSync(join(dirname(own().dataDir), 'pid'), `${other().pid}\n`);
    renameSync(own().socketPath, `${own().socketPath}.old`);
    process.kill(pid as number, 'SIGSTOP');
    const result = await fence(lab, 'stopssh');
    await expectFenced(result);
    expect(result.stdout).toMatch(new RegExp(`ended \\w+ \\(pid ${pid}\\) with KILL`));
  });

  it('keeps down one that was dead before, and never the other one', async () => {
    await own().kill9();
    const result = await fence(lab, 'stopssh');
    await expectFenced(result);
    await launchInVain(own());
    await other().restart();
    expect(guardsOf(own())).toHaveLength(1);
  });

  it('is not kept down by a process of another user that calls itself a guard; a release ends that too', async () => {
    const title = `mha_fence: keeps the server of ${own().host}:3306 down, ${own().dataDir}; mha_fence --command=release ends this`;
    const program = ['perl', '-e', '$0 = shift; sleep 300', title];
    const fake = spawn('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', ...program]);
    try {
      await until('its title', 10_000, () => guardsOf(own()).length === 1);
      expect((await fence(lab, 'stopssh')).stdout).toContain('is fenced');
      expect(guardsOf(own())).toHaveLength(2);
      await launchInVain(own());
      expect((await fence(lab, 'release')).code).toBe(0);
      expect(guardsOf(own())).toEqual([]);
    } finally {
      fake.kill('SIGKILL');
    }
  });

  it('is not fenced while something else has its port: that is named, and nothing is ended', async () => {
    await own().kill9();
    const stranger = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => stranger.listen({ host: own().host, port: 3306 }, resolve));
    try {
      const result = await fence(lab, 'stopssh');
      expect(result.code, printed(result)).toBe(10);
      expect(result.stdout).toMatch(new RegExp(`NOT FENCED: .*\\(pid ${process.pid}\\).* listens on port 3306`));
      helperSettings(lab, { fence_needed: 'yes' });
      expect(await fence(lab, 'stopssh')).toMatchObject({ code: 1, stderr: expect.stringContaining('NOT FENCED') });
    } finally {
      await new Promise((resolve) => stranger.close(resolve));
    }
    expect(other().running).toBe(true);
  });
});

async function binlogText(): Promise<string> {
  const { dataDir } = own();
  const files = readdirSync(dataDir).filter((name) => /^mysql-bin\.\d+$/.test(name));
  return (
    await runOk(
      'mysqlbinlog',
      files.map((name) => join(dataDir, name)),
    )
  ).stdout;
}
