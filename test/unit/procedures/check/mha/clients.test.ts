import { expect, it } from 'vitest';
import { error } from '../../../../../src/base/finding.ts';
import { clientFindings, clientsIn } from '../../../../../src/procedures/check/mha/clients.ts';

const OLD = 'Ver 3.5 for debian-linux-gnu at x86_64';
const MARIADB10 = 'Ver 15.1 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)';
const MARIADB11 = 'from 11.8.9-MariaDB, client 3.5 for debian-linux-gnu (x86_64)';
const MYSQL5 = 'Ver 14.14 Distrib 5.7.44, for Linux (x86_64)';
const MYSQL9 = 'Ver 9.7.4-2 for Linux on x86_64 ((Debian))';

const find = (code: string, text: string, advice: string) => error(code, 'db1:22', text, advice);

function found(answer: string, version: string): string[] {
  const asked = [{ server: 'db1:3306', version, bindir: '/opt/bin', libdir: '' }];
  return clientFindings(clientsIn([`client 0 ${answer}`]), asked, find).map(({ code, level }) => `${level} ${code}`);
}

it.each([
  ['mysqlbinlog missing', '9.7.4-2', ['error client_missing']],
  ['mysqlbinlog fails libssl.so.3: not found', '9.7.4-2', ['error client_fails']],
  [`mysqlbinlog ok mysqlbinlog  ${MYSQL9}`, '9.7.4-2', []],
  [`mysql ok mysql  ${MYSQL9}`, '9.7.4-2', []],
  [`mysql ok mysql  ${MYSQL9}`, '8.4.2', []],
  [`mysqlbinlog ok mysqlbinlog  ${MYSQL9}`, '26.1.0', ['warning client_older']],
  [`mysqlbinlog ok mysqlbinlog ${OLD}`, '9.7.4-2', ['error client_wrong']],
  [`mysqlbinlog ok mysqlbinlog ${MARIADB11}`, '9.7.4-2', ['error client_wrong']],
  [`mysql ok mysql  ${MARIADB10}`, '9.7.4-2', ['error client_wrong']],
  [`mysql ok mysql  ${MYSQL5}`, '8.0.46', ['error client_wrong']],
  [`mysqlbinlog ok mysqlbinlog ${OLD}`, '5.7.44-log', []],
  [`mysql ok mysql  ${MYSQL5}`, '5.7.44-log', []],
  [`mysql ok mysql  ${MYSQL9}`, '5.7.44-log', []],
  [`mysql ok mysql  ${MARIADB11}`, '5.7.44-log', ['error client_wrong']],
  [`mysqlbinlog ok mysqlbinlog ${OLD}`, '10.11.19-MariaDB-log', []],
  [`mysql ok mysql  ${MARIADB10}`, '10.11.19-MariaDB-log', []],
  [`mysql ok mysql  ${MARIADB10}`, '11.8.9-MariaDB', ['warning client_older']],
  [`mysqlbinlog ok /opt/bin/mariadb-binlog ${MARIADB11}`, '11.8.9-MariaDB', []],
  [`mysqlbinlog ok mysqlbinlog  ${MYSQL9}`, '11.8.9-MariaDB', ['error client_wrong']],
  [`mysqlbinlog ok mysqlbinlog  ${MYSQL9}`, '5.5.5-10.6.1-MariaDB', ['error client_wrong']],
])('%s for %s: %j', (answer, version, expected) => {
  expect(found(answer, version)).toEqual(expected);
});

it('an answer about nothing that was asked is ignored', () => {
  expect(clientFindings(clientsIn(['client 7 mysql missing', 'client x', 'tool mysql ok']), [], find)).toEqual([]);
});
