import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { configureHooks } from '../../support/commands.ts';
import { check, outputs } from '../../support/mhaCheck.ts';
import { useLab } from '../../support/useLab.ts';
import { secretsIn } from '../../support/zoo/secrets.ts';
import { startSshd } from '../../tools/lab/hosts/sshd.ts';
import { isMysql } from '../../tools/lab/kind.ts';
import { MHA_ENV } from '../../tools/lab/mha.ts';
import type { Daemon } from '../../tools/lab/processes.ts';

const lab = useLab();
const sshds: Daemon[] = [];
const listeners: Server[] = [];

afterEach(async () => {
  await Promise.all(sshds.splice(0).map((sshd) => sshd.end()));
  for (const listener of listeners.splice(0)) listener.close();
});

const SYSTEM = '/usr/bin:/bin';
let port = 3330;

/** The lab’s MySQL uses GTIDs: MHA then does without ssh. */
const LEVEL = isMysql ? 'warning' : 'error';

/** Another sshd on that host, whose sessions get this environment; returns what MHA's file says of it. */
async function otherSshd(index: number, env: Record<string, string>): Promise<{ ssh_port: number }> {
  port += 1;
  sshds.push(await startSshd(lab.folder, lab.server(index).host, port, { ...MHA_ENV, PATH: SYSTEM, ...env }));
  return { ssh_port: port };
}

/** A folder of programs: shell scripts by name, or links to those of the system. */
function programs(name: string, scripts: Readonly<Record<string, string | undefined>>): string {
  const folder = join(lab.folder, name);
  mkdirSync(folder);
  for (const [program, script] of Object.entries(scripts)) {
    if (script === undefined) symlinkSync(`/usr/bin/${program}`, join(folder, program));
    else writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return folder;
}

describe('hosts over ssh', () => {
  it('are ready', async () => {
    configureHooks(lab);
    expect((await check(lab)).findings).toEqual([]);
  });

  it('without MHA’s programs, without MHACompat.pm, and one that says nothing', async () => {
    const basics = programs('basics', {
      sh: undefined,
      date: undefined,
      tr: undefined,
      perl: undefined,
      ssh: undefined,
      mysql: undefined,
      mysqlbinlog: undefined,
    });
    const mute = createServer(() => {}).listen(3399, lab.server(2).host);
    listeners.push(mute);
    const first = await otherSshd(0, { PATH: basics });
    const second = await otherSshd(1, { PERL5OPT: '' });
    configureHooks(lab, [first, second, { ssh_port: 3399, ssh_connection_timeout: 1 }]);
    const found = await check(lab);
    const host = (index: number, { ssh_port }: { ssh_port: number }) => `${lab.server(index).host}:${ssh_port}`;
    expect(found.only('node_missing')).toMatchObject({
      level: LEVEL,
      where: host(0, first),
      text: expect.stringContaining('apply_diff_relay_logs and save_binary_logs'),
      advice: 'install mha4mysql-node there',
    });
    expect(found.only('compat_on_host')).toMatchObject({ level: LEVEL, where: host(1, second) });
    expect(found.only('compat_on_host').text).toMatch(
      /version number \d+\.|super_read_only|MySQL 9\.7\S+ does not know/,
    );
    expect(found.only('ssh_failed')).toMatchObject({
      level: LEVEL,
      where: `${lab.server(2).host}:3399`,
      text: expect.stringMatching(/timed out/i),
    });
    expect(found.codes).toHaveLength(3);
  });

  it('with a clock that is off, without a way to another host, with a PERL5OPT that loads nothing', async () => {
    const late = programs('late', { date: 'echo $(($(/usr/bin/date +%s) - 90)).5' });
    const cut = programs('cut', { ssh: 'echo "connect: \\033[31mNo route to host" >&2; exit 255' });
    const first = await otherSshd(0, { PATH: `${late}:${SYSTEM}` });
    const second = await otherSshd(1, { PATH: `${cut}:${SYSTEM}` });
    const third = await otherSshd(2, { PERL5OPT: '-MNoSuchModule' });
    configureHooks(lab, [first, second, third]);
    const found = await check(lab);
    expect(found.only('clock')).toMatchObject({
      level: 'warning',
      where: `${lab.server(0).host}:${first.ssh_port}`,
      text: expect.stringMatching(/^its clock is (8[5-9]|9\d)\.\d s behind this host’s/),
    });
    const apart = found.findings.filter(({ code }) => code === 'ssh_between_hosts');
    expect(apart.map(({ where }) => where)).toEqual(Array(2).fill(`${lab.server(1).host}:${second.ssh_port}`));
    expect(apart[0]).toMatchObject({ level: LEVEL, text: expect.stringContaining('No route to host') });
    expect(found.only('node_fails')).toMatchObject({
      level: LEVEL,
      where: `${lab.server(2).host}:${third.ssh_port}`,
      text: expect.stringMatching(/does not run: Can't locate NoSuchModule\.pm in @INC$/),
    });
    expect(found.codes).toHaveLength(4);
  });

  it('nobody may log in; a value that a shell would run is not run', async () => {
    const owned = join(lab.folder, 'owned');
    const trap = `it's $(touch ${owned}) \`touch ${owned}\``;
    configureHooks(lab, [{}, {}, { ssh_user: 'nobody' }]);
    expect((await check(lab)).only('ssh_failed').text).toMatch(/^MHA cannot log in with ssh as nobody: .*denied/i);
    configureHooks(lab, [
      { remote_workdir: `${lab.folder}/${trap}` },
      {},
      { ssh_user: `-oProxyCommand=touch ${owned}` },
    ]);
    expect((await check(lab)).codes).toEqual(['ssh_failed']);
    expect(existsSync(owned)).toBe(false);
    expect(await secretsIn(lab, outputs)).toEqual([]);
  });
});
