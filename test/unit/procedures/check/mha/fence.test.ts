import { describe, expect, it } from 'vitest';
import { type Fencing, fenceFindings } from '../../../../../src/procedures/check/mha/fence.ts';
import { configuredReadOnly } from '../../../../../src/procedures/check/mha/hosts/optionFiles.ts';

const LINE = 'shutdown_script = /opt/bin/mha_fence --conf=/etc/mha/app1.cnf';

describe('fencing', () => {
  it.each<['none' | 'mha_fence' | 'another', Fencing, string | undefined, (readonly string[])?]>([
    ['none', { fence: 'mysqld' }, undefined],
    ['none', { fence: 'no' }, 'no_fence', [LINE]],
    ['mha_fence', { fence: 'no' }, 'no_fence', undefined],
    ['another', { fence: 'no' }, undefined],
    ['none', { fence: 'mysqld', fenceNeeded: true }, 'fence_needs_ssh'],
    ['mha_fence', { fence: 'mysqld', fenceNeeded: true }, 'fence_needs_ssh'],
    [
      'mha_fence',
      { fence: 'mysqld', fenceNeeded: true, fenceCommand: { env: new Map(), program: '/bin/true', args: [] } },
      undefined,
    ],
    ['another', { fence: 'mysqld', fenceNeeded: true }, undefined],
    ['none', {}, undefined],
  ])('shutdown_script: %s, settings %j: %s', (script, fencing, code, statements) => {
    const given = { config: { file: '/etc/mha/app1.cnf' }, packageFolder: (name: string) => `/opt/${name}`, fencing };
    const found = fenceFindings(given, script);
    expect(found.map((f) => f.code)).toEqual(code ? [code] : []);
    for (const one of found) expect(one).toMatchObject({ level: 'warning', advice: expect.stringMatching(/./) });
    if (code === 'no_fence') expect(found[0]?.statements).toEqual(statements);
  });
});

describe('read_only in the configuration, as the host shows it', () => {
  const at = (datadir: string) => ({ instance: `host|${datadir}/|3306|/sock|1` });
  const process = (pid: number, ...options: string[]) => [
    ...options.map((o) => `option ${pid} ${o}`),
    `options ${pid}`,
  ];

  it.each([
    ['not at all', [], false],
    ['in its file', ['--read_only=1'], true],
    ['without a value', ['--read-only'], true],
    ['by its word', ['--read-only=ON'], true],
    ['in its file, and off on its command line', ['--read_only=1', '--read-only=0'], false],
    ['skipped', ['--read_only=1', '--skip-read-only'], false],
    ['by super_read_only', ['--super_read_only=1'], true],
  ])('%s', (_, options, wanted) => {
    const answers = [
      ...process(7, '--datadir=/data/1', ...options),
      ...process(8, '--datadir=/data/2', '--read-only=1'),
    ];
    expect(configuredReadOnly([{ answers }], at('/data/1'))).toBe(wanted);
    expect(configuredReadOnly([{ answers }], at('/data/2'))).toBe(true);
  });

  it('is not known of a server whose process was not found, or not wholly told', () => {
    expect(configuredReadOnly([{ answers: process(7, '--datadir=/data/1') }], at('/data/3'))).toBeUndefined();
    expect(configuredReadOnly([{ answers: ['option 7 --datadir=/data/1'] }], at('/data/1'))).toBeUndefined();
    expect(configuredReadOnly([{ answers: process(7) }], at('/var/lib/mysql'))).toBe(false);
  });
});
