import { expect, it } from 'vitest';
import type { Finding } from '../../../../src/base/finding.ts';
import { oncePerServer } from '../../../../src/procedures/check/once.ts';

const stopped = (where: string, text: string): Finding => ({
  ...{ level: 'error', code: 'stopped_answering', where, text },
});

it('a server that stopped answering is one finding, with the first reason', () => {
  const other: Finding = { level: 'note', code: 'n', where: 'db1:3306', text: 'to know' };
  const all = [stopped('db1:3306', 'late'), other, stopped('db1:3306', 'lost'), stopped('db2:3306', 'lost')];
  expect(oncePerServer(all).map(({ where, text }) => `${where} ${text}`)).toEqual([
    'db1:3306 late; 1 more check of it could not be made',
    'db1:3306 to know',
    'db2:3306 lost',
  ]);
});

it('a full disk is the finding, if it is known', () => {
  const full: Finding = { level: 'error', code: 'disk_full', where: 'db1:3306', text: 'full' };
  expect(oncePerServer([full, stopped('db1:3306', 'late'), stopped('db1:3306', 'lost')])).toEqual([
    { ...full, text: 'full; 2 checks of it could not be made' },
  ]);
});
