import { describe, expect, it } from 'vitest';
import { lackedBy, lastOf } from '../../../../src/capabilities/replication/gtids.ts';

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const B = '4e11fa47-71ca-11e1-9e33-c80aa9429562';

describe('what one server has and another lacks', () => {
  const mysql = (executed: string) => ({ executed, on: true });
  const mariadb = (state: string, slave = '') => ({ binlogState: state, slave, current: '' });

  it.each([
    ['nothing', `${A}:1-5`, `${A}:1-5`, '', 0],
    ['less', `${A}:1-5`, `${A}:1-3`, '', 0],
    ['more at the end', `${A}:1-5,${B}:1-9`, `${A}:1-8`, `${A}:6-8`, 3],
    ['one', `${A}:1-5`, `${A}:1-6`, `${A}:6`, 1],
    ['a hole in the middle', `${A}:1-2:6-9`, `${A}:1-9`, `${A}:3-5`, 3],
    ['several, of two servers', `${A}:2-3`, `${A}:1-4,${B}:7`, `${A}:1:4,${B}:7`, 3],
    ['those of a tag', `${A}:1-9`, `${A}:1-9:tag:1-2`, `${A}:tag:1-2`, 2],
  ])('MySQL: %s', (_, there, here, gtids, transactions) => {
    expect(lackedBy(mysql(there), mysql(here))).toEqual({ gtids, transactions });
  });

  it.each([
    ['nothing', '0-1-100,0-2-120', '0-1-100', '', 0],
    ['more', '0-1-100,0-2-120', '0-1-140', '0-1-101 to 0-1-140', 40],
    ['one', '0-1-100', '0-1-101', '0-1-101', 1],
    ['two domains', '0-1-100,1-1-5', '0-1-102,1-1-6', '0-1-101 to 0-1-102, 1-1-6', 3],
    ['a server that never wrote before', '0-2-90', '0-1-95,0-2-90', '0-1-91 to 0-1-95', 5],
    ['not what another wrote in between, and both have', '0-1-50,0-3-90', '0-1-95,0-3-90', '0-1-91 to 0-1-95', 5],
  ])('MariaDB: %s', (_, there, here, gtids, transactions) => {
    expect(lackedBy(mariadb(there), mariadb(here))).toEqual({ gtids, transactions });
  });

  it('MariaDB: what was replicated counts, although log_slave_updates is off', () => {
    expect(lackedBy(mariadb('0-2-120', '0-1-100'), mariadb('0-1-100'))).toEqual({ gtids: '', transactions: 0 });
  });

  it('is not known without GTIDs, or of two kinds of server', () => {
    expect(lackedBy({ executed: '', on: false }, { executed: '', on: false })).toBeUndefined();
    expect(lackedBy(mariadb('0-1-1'), mysql(`${A}:1`))).toBeUndefined();
  });
});

it('the last that a server has of another one', () => {
  expect(lastOf({ binlogState: '0-1-100,0-2-120', slave: '1-1-7' }, { id: 1 })).toBe('0-1-100,1-1-7');
  expect(lastOf({ executed: `${A}:1-7,${B}:1` }, { id: 1, uuid: A.toUpperCase() })).toBe(`${A}:1-7`);
  expect(lastOf({ binlogState: '0-2-120' }, { id: 1 })).toBeUndefined();
  expect(lastOf({ executed: '', on: false }, { id: 1, uuid: A })).toBeUndefined();
});
