import { describe, expect, it } from 'vitest';
import { parseHookArguments } from '../../../src/mha/hookArguments.ts';
import { refuseOptions } from '../../../src/mha/options.ts';

const ONLINE = { stop: ['orig_master', 'new_master'], start: ['orig_master', 'new_master'] } as const;
const DEAD = {
  stop: ['orig_master'],
  stopssh: ['orig_master'],
  start: ['orig_master', 'new_master'],
  status: [],
} as const;

/** What MHA 0.58 passes, once the shell has taken its quotes off. */
const SSH = '--ssh_options=-o ServerAliveInterval=60 -o BatchMode=yes -i /etc/mha/key';
const ORIG = ['--orig_master_host=db1', '--orig_master_ip=192.0.2.1', '--orig_master_port=3306'];
const NEXT = ['--new_master_host=db2', '--new_master_ip=192.0.2.2', '--new_master_port=3307'];
const SWITCH = [
  ...ORIG,
  '--orig_master_user=mha',
  ...NEXT,
  '--new_master_user=mha',
  '--orig_master_ssh_user=root',
  '--new_master_ssh_user=root',
  '--orig_master_ssh_host=ssh1',
  '--orig_master_ssh_ip=198.51.100.1',
  '--orig_master_ssh_port=2222',
  SSH,
  '--new_master_ssh_port=2222',
  '--orig_master_is_new_slave',
  '--orig_master_password=p\\$w\\"0123',
  '--new_master_password=0123',
];

const orig = { host: 'db1', ip: '192.0.2.1', port: 3306 };
const next = { host: 'db2', ip: '192.0.2.2', port: 3307 };

describe('the online hook, as masterha_master_switch calls it', () => {
  it.each(['stop', 'start'])('--command=%s', (command) => {
    const args = parseHookArguments(['--conf=/etc/mha/app1.cnf', `--command=${command}`, ...SWITCH], ONLINE);
    expect(args).toMatchObject({ command, conf: '/etc/mha/app1.cnf', problems: [], unknown: [] });
    expect(args.origMaster).toMatchObject({ ...orig, user: 'mha' });
    expect(args.newMaster).toMatchObject({ ...next, user: 'mha' });
    expect(args.origMaster?.password?.reveal()).toBe('p$w"0123');
    expect(args.newMaster?.password?.reveal()).toBe('0123');
  });
});

describe('the dead-master hook, as MHA calls it', () => {
  it.each([
    ['status', ['--ssh_user=root', ...ORIG, SSH]],
    ['stopssh', [...ORIG, '--ssh_user=root', '--orig_master_ssh_port=2222']],
    ['stop', ORIG],
  ])('--command=%s, without credentials', (command, more) => {
    const args = parseHookArguments([`--command=${command}`, ...more], DEAD);
    expect(args).toMatchObject({ command, origMaster: orig, problems: [], unknown: [] });
    expect(args.origMaster).not.toHaveProperty('password');
  });

  it('--command=start, with the new master’s credentials only', () => {
    const start = ['--command=start', '--ssh_user=root', ...ORIG, ...NEXT, '--new_master_user=mha'];
    const args = parseHookArguments([...start, '--new_master_password='], DEAD);
    expect(args).toMatchObject({ origMaster: orig, newMaster: { ...next, user: 'mha' }, problems: [], unknown: [] });
    expect(args.newMaster?.password?.reveal()).toBe('');
  });
});

describe('arguments of other versions, or wrong ones', () => {
  it('warns of a flag it does not know, and goes on', () => {
    const args = parseHookArguments(['--command=stop', ...ORIG, '--orig_master_label=x', '--new_thing', '3'], {
      stop: ['orig_master'],
    });
    expect(args.unknown).toEqual(['--orig_master_label', '--new_thing']);
    expect(args.origMaster).toMatchObject(orig);
  });

  it('lists everything that is wrong, in one error', () => {
    const wrong = ['--command=halt', '--orig_master_host=db1', '--orig_master_port=99999'];
    const args = parseHookArguments(wrong, ONLINE);
    expect(() => refuseOptions(args.problems)).toThrow(/--command=halt is unknown: one of stop, start[\s\S]*99999/);
  });

  it.each(['__proto__', 'toString', ''])('takes --command=%s for no command', (command) => {
    expect(parseHookArguments([`--command=${command}`, ...ORIG], ONLINE).problems).not.toEqual([]);
  });

  it('says which server is missing', () => {
    expect(parseHookArguments(['--command=stop', ...ORIG], ONLINE).problems).toEqual(['--new_master_host is missing']);
  });
});
