import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, runCommand } from '../support/commands.ts';
import { fence, printed, script } from '../support/scenes/fence.ts';
import { processes } from '../support/scenes/mha.ts';
import { helperSettings } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { guardsOf } from '../tools/lab/hosts/guards.ts';

const lab = useLab({ servers: 1 });
const own = () => lab.server(0);
let silent: Server;
let silentPort = 0;

beforeAll(async () => {
  silent = createServer((socket) => void socket.resume());
  await new Promise<void>((resolve) => silent.listen({ host: own().host, port: 0 }, resolve));
  silentPort = (silent.address() as { port: number }).port;
});

afterAll(() => new Promise((resolve) => silent.close(resolve)));

const settings = (more: Record<string, string | number> = {}) => helperSettings(lab, { fence_timeout: 3, ...more });
const hook = (command: string) =>
  runCommand('master_ip_failover', [
    ...[`--command=${command}`, `--conf=${lab.confFile}`, '--ssh_user=root'],
    ...[`--orig_master_host=${own().host}`, `--orig_master_ip=${own().host}`, '--orig_master_port=3306'],
  ]);

/** A stand-in for ssh, first in PATH: it does that instead of logging in. The command for the host is its last argument. */
const instead = (...lines: string[]) => {
  const path = script(lab, 'ssh', 'for remote; do :; done', ...lines);
  return { env: { PATH: `${join(path, '..')}:${process.env.PATH}` } };
};

describe('a host whose ssh', () => {
  const stopSshd = (signal: NodeJS.Signals) => {
    const [sshd = ''] = processes(lab).filter((each) => /\bsshd .*-f /.test(each));
    process.kill(Number(sshd.split(' ')[0]), signal);
  };
  it.each([
    ['accepts and is silent', () => lab.configure({}, [{ ssh_port: silentPort }]), () => {}],
    ['is stopped', () => stopSshd('SIGSTOP'), () => stopSshd('SIGCONT')],
  ])('%s: is not fenced, within the time, and MHA goes on only if it may', async (_, before, after) => {
    lab.configure({});
    before();
    try {
      settings();
      const result = await fence(lab, 'stopssh');
      expect(result.code, printed(result)).toBe(10);
      expect(result.stdout).toMatch(
        /NOT FENCED: .*3306 may still take writes: ssh to .*(timed out|no answer|Timeout)/i,
      );
      settings({ fence_needed: 'yes' });
      expect(await fence(lab, 'stopssh')).toMatchObject({ code: 1, stderr: expect.stringContaining('NOT FENCED') });
      expect(await fence(lab, 'status')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('would not fail over'),
      });
    } finally {
      after();
    }
    expect(own().running).toBe(true);
  });

  it('lets in, and then hangs: ends with fence_timeout', async () => {
    lab.configure({});
    settings();
    const result = await fence(lab, 'stopssh', own(), instead('exec sleep 100'));
    expect(result.code).toBe(10);
    expect(result.stdout).toContain('no answer within 3 s');
  });

  it('lets in a user who may not end the server: says so, and status says it while all is well', async () => {
    settings({ fence_timeout: 10 });
    const nobody = instead('exec setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "$remote"');
    const before = await fence(lab, 'status', own(), nobody);
    expect(before.stdout + before.stderr).toMatch(
      /could not be fenced now: the user of ssh \(uid 65534\) may not end it/,
    );
    const result = await fence(lab, 'stopssh', own(), nobody);
    expect(result.stdout).toMatch(/NOT FENCED: .*may not end pid \d+ \(Operation not permitted\).*sudo/);
    expect(result.stdout).toContain('no guard could be left on the host (the user of ssh may not open its data)');
    expect(guardsOf(own())).toEqual([]);
    expect(own().running).toBe(true);
  });
});

describe('fence_command', () => {
  const seen = () => join(lab.folder, 'seen');
  const command = (end: string) =>
    script(lab, 'power', `echo "$MHA_FENCE_MODE $MHA_FENCE_HOST $MHA_FENCE_PORT $*" >> ${seen()}`, end);

  it.each([
    ['exit 0', 0, /is fenced: .*reports the host as off/],
    ['exit 10', 0, /is fenced: .*reports the server as off/],
    ['echo no plug >&2; exit 3', 0, /NOT FENCED: .*power ended with 3: no plug/],
    ['exec sleep 100', 0, /NOT FENCED: .*power failed: it had not ended/],
  ])('if ssh does not answer: %s', async (end, code, text) => {
    lab.configure({});
    settings({ fence_command: `${command(end)} --rack '7 b'` });
    const result = await fence(lab, 'stop');
    expect(result.stdout).toMatch(text);
    expect(result.code).toBe(code);
    expect(readFileSync(seen(), 'utf8')).toContain(`stop ${own().host} 3306 --rack 7 b\n`);
    settings({ fence_command: command(end), fence_needed: 'yes' });
    expect((await fence(lab, 'stop')).code).toBe(/NOT/.test(text.source) ? 1 : 0);
  });

  it('if ssh fails after all: the host is off, and MHA learns that it need not try ssh', async () => {
    lab.configure({}, [{ ssh_port: silentPort }]);
    settings({ fence_command: command('exit 0') });
    const result = await fence(lab, 'stopssh');
    expect(result.code, printed(result)).toBe(0);
    expect(result.stdout).toMatch(/reports the host as off; before that: ssh to/);
  });

  it('is run once: by mha_fence if that is MHA’s shutdown_script, else by the hook', async () => {
    const runs = () => (existsSync(seen()) ? readFileSync(seen(), 'utf8').split('\n').length : 0);
    settings({ fence: 'commands', fence_command: command('exit 0') });
    lab.configure({ shutdown_script: `${bin('mha_fence')} --conf=${lab.confFile}` });
    const before = runs();
    for (const mode of ['stop', 'stopssh']) {
      expect(await hook(mode)).toMatchObject({ code: 0, stdout: expect.stringContaining('left to mha_fence') });
    }
    expect(runs()).toBe(before);
    lab.configure({});
    expect(await hook('stopssh')).toMatchObject({ code: 0, stdout: expect.stringContaining('is fenced') });
    expect(runs()).toBe(before + 1);
  });
});

describe('without a fence', () => {
  it('fence = no does nothing, as the hook always did', async () => {
    lab.configure({});
    helperSettings(lab, { fence: 'no' });
    for (const mode of ['stop', 'stopssh']) {
      expect(await hook(mode)).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to take from it') });
    }
    expect([(await fence(lab, 'stopssh')).code, (await fence(lab, 'stop')).code]).toEqual([10, 0]);
    expect(own().running).toBe(true);
  });

  it('no ssh and no fence_command: the hook says so; fence_needed = yes ends the failover', async () => {
    settings();
    expect(await hook('stop')).toMatchObject({
      code: 10,
      stderr: expect.stringMatching(/NOT FENCED: .*no fence_command/),
    });
    settings({ fence_needed: 'yes' });
    expect(await hook('stop')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/No failover \(fence_needed\).* START SLAVE IO_THREAD .*APP.failover.error/s),
    });
    expect((await fence(lab, 'stop')).code).toBe(1);
    lab.configure({ shutdown_script: '/bin/true' });
    const withAnother = await hook('stop');
    expect(withAnother).toMatchObject({ code: 10, stderr: expect.stringContaining('NOT FENCED') });
    expect(withAnother.stderr).not.toContain('No failover');
  });
});
