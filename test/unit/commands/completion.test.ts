import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { inTerminal } from '../../support/process/terminal.ts';
import { ROOT } from '../../tools/lab/root.ts';

const script = join(ROOT, 'conf/completion/mha-helper.bash');
const env = { ...process.env, PATH: `${join(ROOT, 'bin')}:${process.env.PATH}`, MHA_HELPER_CONF: '' };
const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: Record<string, string> };
const shell = promisify(execFile);
const PROGRAM = `source "$0"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_mha_helper
printf '%s\\n' "\${COMPREPLY[@]}"`;

/** What a real bash offers for the words typed; it parts them at `=` and `:`, as here. */
async function offered(typed: string, more: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const words = typed.split(/ |(?<=[=:])|(?=[=:])/);
  const { stdout, stderr } = await shell('bash', ['-uc', PROGRAM, script, ...words], { env: { ...env, ...more } });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

const folder = mkdtempSync(join(tmpdir(), 'mha-completion-'));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
mkdirSync(join(folder, 'sub'));
write('sub/a b.cnf', '');
write('app1.cnf', '[server1]\nhostname=192.0.2.1\n[server2]\n hostname = db2.example.com ; second\nport=1\n');
write('odd.cnf', 'hostname=$(touch pwned)\nhostname=`id`\nhostname=a b\nhostname=-x\nhostname=2001:db8::7\n');
afterAll(() => rmSync(folder, { recursive: true }));
const conf = join(folder, 'app1.cnf');

describe.each(Object.keys(bin))('%s', (command) => {
  it('has exactly the options of its --help completed', async () => {
    const { stdout } = await shell(join(ROOT, 'bin', command), ['--help']);
    const terms = stdout.split('\n').flatMap((line) => /^ {2}(?=-|[A-Z]+, -)(.*?)(?: {2}|$)/.exec(line)?.[1] ?? []);
    const options = [...new Set(terms.join(' ').match(/--[a-z_]+/g)), '--help', '--version'];
    expect(options).toContain('--conf');
    const names = (await offered(`${command} --`)).map((option) => option.replace('=', ''));
    expect(names.sort()).toEqual([...new Set(options)].sort());
  });
});

it.each([
  ['mha_check --acc', ['--accounts']],
  ['mha_check --glo', ['--global_conf=']],
  ['mysql_replica_status --wat', ['--watch']],
  ['mha_check --log_level=', ['error', 'warning', 'info', 'debug']],
  ['mha_check --log_level w', ['warning']],
  ['mysql_replica_status --ssl=v', ['verify']],
  ['master_ip_failover --command=', ['stop', 'stopssh', 'start', 'status']],
  ['mysql_failover 192.0.2.1 -- --anything', []],
  ['mha_recover --host_is_dead=', []],
  ['no_such_command --', []],
])('offers for "%s" %j', async (typed, wanted) => {
  expect(await offered(typed)).toEqual(wanted);
});

describe('hosts', () => {
  it.each([
    [`mysql_online_failover --conf=${conf} --new_master_host=`, ['192.0.2.1', 'db2.example.com']],
    [`mysql_online_failover --conf ${conf} --new_master_host d`, ['db2.example.com']],
    [`mysql_failover -c ${conf} `, ['192.0.2.1', 'db2.example.com']],
    [`mysql_failover --conf="${conf}" 1`, ['192.0.2.1']],
    [`mysql_replica_status --conf=${conf} d`, ['db2.example.com']],
    [`mha_recover --conf=${conf} --from=`, ['192.0.2.1', 'db2.example.com']],
    [`mysql_failover --conf=${folder}/none.cnf `, []],
  ])('come from MHA’s file: %s', async (typed, wanted) => {
    expect(await offered(typed)).toEqual(wanted);
  });

  it('come from the file that MHA_HELPER_CONF names', async () => {
    expect(await offered('mysql_failover 19', { MHA_HELPER_CONF: conf })).toEqual(['192.0.2.1']);
  });

  it('are left out if a shell would make something else of them', async () => {
    expect(await offered(`mysql_failover -c ${folder}/odd.cnf `)).toEqual(['2001:db8::7']);
    expect(await offered(`mysql_failover -c ${folder}/odd.cnf 2001:db8:`)).toEqual([':7']);
  });
});

it('offers files, also in a folder with a space', async () => {
  expect(await offered(`mha_check --conf=${folder}/app`)).toEqual([conf]);
  expect(await offered(`mha_report --html ${folder}/sub/`)).toEqual([join(folder, 'sub', 'a b.cnf')]);
});

it('completes at the prompt of a bash', async () => {
  const terminal = inTerminal('bash', ['--norc', '--noprofile', '-i'], { env: { ...env, HISTFILE: '/dev/null' } });
  terminal.type(`source ${script} && echo read'y'\n`);
  await terminal.printed('ready');
  terminal.type('mha_check --acco\t--log_l\tw\t');
  await terminal.printed('mha_check --accounts --log_level=warning');
  terminal.type(`\u0015mysql_online_failover --conf=${folder}/sub/a\t--new`);
  await terminal.printed('sub/a\\ b.cnf');
  terminal.type(`\u0015mysql_online_failover --conf=${folder}/app\t--new_master_h\td\t`);
  await terminal.printed('--new_master_host=db2.example.com');
  terminal.type('\u0015exit\n');
  expect(await terminal.ended).toBe(0);
});

it('is there for every command', () => {
  const registered = /complete -F _mha_helper ([\s\w\\]+)$/.exec(readFileSync(script, 'utf8'))?.[1] ?? '';
  expect(registered.match(/\w+/g)?.sort()).toEqual(Object.keys(bin).sort());
});
