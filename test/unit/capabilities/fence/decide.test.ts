import { describe, expect, it } from 'vitest';
import { unitOf } from '../../../../src/capabilities/fence/decide.ts';
import type { HostServer } from '../../../../src/capabilities/fence/facts.ts';
import type { ServerNote } from '../../../../src/capabilities/fence/note.ts';
import { at, decide, facts, IP, noOptions, note, server } from './host.ts';

describe('the process that is the server', () => {
  const host = { boot: 'b', pid: 7, start: '70' };
  it.each<[string, Partial<HostServer>, ServerNote | undefined, string]>([
    ['listens at the address', at(IP, 3306), undefined, 'end'],
    ['listens at every address', at('0.0.0.0', 3306), undefined, 'end'],
    ['listens at every address of IPv6', at('::', 3306), undefined, 'end'],
    ['listens there, with other data than noted', { ...at(IP, 3306), cwd: '/data/b' }, note, 'end'],
    ['is the noted process', at('10.0.0.1', 3399), { ...note, host }, 'end'],
    [
      'has the pid of the noted process, and another start',
      { start: '71', ...at(IP, 3307) },
      { ...note, host },
      'gone',
    ],
    ['was noted before the host started anew', at(IP, 3307), { ...note, host: { ...host, boot: 'a' } }, 'gone'],
    ['works in the noted data and listens nowhere', { cwd: '/data/a' }, note, 'end'],
    [
      'works in the noted data behind a proxy',
      { cwd: '/data/a', ...at('10.0.0.1', 3399) },
      { ...note, port: 3399 },
      'end',
    ],
    ['works in the noted data on a third port', { cwd: '/data/a', ...at(IP, 3310) }, note, 'unclear'],
    ['listens on another port', at(IP, 3307), undefined, 'gone'],
    ['listens at another address', at('192.0.2.2', 3306), undefined, 'gone'],
    ['works in other data', { cwd: '/data/b' }, note, 'gone'],
    ['names the port', { option: { ...noOptions, port: '3306' } }, undefined, 'end'],
    [
      'names the port and another address',
      { option: { ...noOptions, port: '3306', 'bind-address': '192.0.2.2' } },
      undefined,
      'gone',
    ],
    [
      'names the port and several addresses',
      { option: { ...noOptions, port: '3306', 'bind-address': `::1, ${IP}` } },
      undefined,
      'end',
    ],
    ['names another port', { option: { ...noOptions, port: '3307' } }, undefined, 'gone'],
    ['names nothing', {}, undefined, 'unclear'],
    ['names its data only, which are the noted ones', { option: { ...noOptions, datadir: '/data/a' } }, note, 'end'],
  ])('one that %s', (_, one, noted, kind) => {
    expect(decide(facts([server(one)]), noted).kind).toBe(kind);
  });

  it('is never another one of the host beside it', () => {
    const [own, other] = [server({ pid: 8, ...at(IP, 3306) }), server({ pid: 9, ...at(IP, 3307), cwd: '/data/b' })];
    expect(decide(facts([other, own]), note)).toMatchObject({ kind: 'end', servers: [{ pid: 8 }] });
    expect(decide(facts([other], { pidInFile: 9 }), note)).toMatchObject({ kind: 'gone', servers: [] });
    expect(decide(facts([other, server({ pid: 10 })]), undefined).kind).toBe('unclear');
  });

  it('may be named by a pid file, if it listens nowhere and names no other port', () => {
    expect(decide(facts([server()], { pidInFile: 7 })).kind).toBe('end');
    expect(decide(facts([server({ option: { ...noOptions, port: '3307' } })], { pidInFile: 7 })).kind).toBe('gone');
  });

  it('is compared where links lead', () => {
    const dataFolders = [{ path: '/data/a/', real: '/mnt/disk/a', data: '8:1' }];
    expect(decide(facts([server({ cwd: '/mnt/disk/a' })], { dataFolders }), note)).toMatchObject({ kind: 'end' });
  });

  it('is found by an IPv6 address in any form', () => {
    const found = decide(facts([server(at('2001:db8::1', 3306))]), undefined, '2001:DB8:0:0::1');
    expect(found.kind).toBe('end');
  });
});

describe('a container of the host', () => {
  const inside = { foreign: true, cwd: '/data/a', option: { ...noOptions, port: '3306', datadir: '/data/a' } };
  it('has the same paths and options as the server, and is another one', () => {
    expect(decide(facts([server(inside)]), note).kind).toBe('gone');
    expect(decide(facts([server(inside)], { pidInFile: 7 })).kind).toBe('gone');
  });

  it('is the server if it has its port on the host’s network, or its data', () => {
    expect(decide(facts([server({ ...inside, ...at(IP, 3306) })]), note).kind).toBe('end');
    const dataFolders = [{ path: '/data/a/', real: '/data/a', data: '8:1' }];
    expect(decide(facts([server({ ...inside, data: '8:1' })], { dataFolders }), note).kind).toBe('end');
    expect(decide(facts([server({ ...inside, data: '8:2' })], { dataFolders }), note).kind).toBe('gone');
  });
});

describe('a stranger on the port', () => {
  it('makes it unclear, and is named', () => {
    const proxy = { address: IP, pid: 5, name: 'haproxy' };
    expect(decide(facts([], { listeners: [proxy] }))).toMatchObject({
      why: expect.stringContaining('haproxy (pid 5)'),
    });
    expect(decide(facts([], { listeners: [{ address: IP, name: '' }] }))).toMatchObject({
      why: expect.stringContaining('may not see'),
    });
    expect(decide(facts([], { listeners: [{ ...proxy, address: '192.0.2.9' }] })).kind).toBe('gone');
  });
});

describe('the data that the guard holds', () => {
  const folders = (...paths: string[]) => ({
    dataFolders: paths.map((path) => ({ path, real: path, data: `8:${path}` })),
  });
  it('are those of the process, else the noted ones, else the only folder that no other server has', () => {
    expect(decide(facts([server({ ...at(IP, 3306), cwd: '/x' })]), note)).toMatchObject({ datadir: '/x' });
    expect(decide(facts([]), note)).toMatchObject({ datadir: '/data/a/' });
    expect(decide(facts([], folders('/y')))).toMatchObject({ datadir: '/y' });
    expect(decide(facts([], folders('/y', '/z')))).toMatchObject({ datadir: undefined });
    expect(decide(facts([server({ ...at(IP, 3307), cwd: '/y', data: '8:/y' })], folders('/y')))).toMatchObject({
      datadir: undefined,
    });
  });
});

describe('the unit that is held', () => {
  const unit = { name: 'mariadb.service', manager: 'system' };
  it('is the one whose main process the server is, or its mysqld_safe; never one that merely contains it', () => {
    expect(unitOf(server({ unit, main: 7 }))).toEqual(unit);
    expect(unitOf(server({ unit, main: 3, parent: { pid: 3, start: '3', name: 'mysqld_safe' } }))).toEqual(unit);
    expect(unitOf(server({ unit: { ...unit, name: 'ssh.service' }, main: 3 }))).toBeUndefined();
    expect(unitOf(server({ unit, main: 3, parent: { pid: 3, start: '3', name: 'supervisord' } }))).toBeUndefined();
  });

  it('is the noted one if systemd did not say in time, and the server is in it still', () => {
    const host = { boot: 'b', pid: 3, start: '30', unit };
    const found = (one: Partial<HostServer>) => decide(facts([server({ ...at(IP, 3306), ...one })]), { ...note, host });
    expect(found({ unit })).toMatchObject({ kind: 'end', unit });
    expect(found({ unit: { ...unit, manager: '5' } })).toMatchObject({ unit: undefined });
    expect(found({ unit: { ...unit, name: 'ssh.service' } })).toMatchObject({ unit: undefined });
    expect(found({})).toMatchObject({ unit: undefined });
    expect(found({ unit, main: 3 })).toMatchObject({ unit: undefined });
  });

  it('is the noted one if the server is gone, also after a restart of the host', () => {
    const host = { boot: 'old', pid: 7, start: '70', unit };
    expect(decide(facts([]), { ...note, host })).toMatchObject({ kind: 'gone', unit });
  });
});
