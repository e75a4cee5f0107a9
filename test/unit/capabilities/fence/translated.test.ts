import { describe, expect, it } from 'vitest';
import type { HostFacts, HostServer } from '../../../../src/capabilities/fence/facts.ts';
import type { ServerNote } from '../../../../src/capabilities/fence/note.ts';
import { at, decide, facts, IP, note, server } from './host.ts';

describe('an address that is not one of the host’s own, behind a translation', () => {
  const isLocal = false;
  it('may be that of a server on this port at any other address', () => {
    const elsewhere = at('10.0.0.5', 3306);
    expect(decide(facts([server(elsewhere)], { isLocal }), note).kind).toBe('unclear');
    expect(decide(facts([server(at('10.0.0.5', 3307))], { isLocal }), note).kind).toBe('gone');
    expect(decide(facts([server({ ...elsewhere, cwd: '/data/a' })], { isLocal }), note).kind).toBe('end');
  });

  const host = { boot: 'b', pid: 7, start: '70' };
  const everywhere = at('0.0.0.0', 3306);
  it.each<[string, Partial<HostFacts>, Partial<HostServer>, ServerNote | undefined, string]>([
    ['the noted name', { name: 'DB1' }, everywhere, note, 'end'],
    ['another name', { name: 'db2' }, everywhere, note, 'unclear'],
    ['another name, with data at the same path', { name: 'db2' }, { ...everywhere, cwd: '/data/a' }, note, 'unclear'],
    ['another name, with the same pid in its file', { name: 'db2', pidInFile: 7 }, {}, note, 'unclear'],
    ['another name, where nothing listens', { name: 'db2' }, at('0.0.0.0', 3307), note, 'unclear'],
    ['no name of its own', { name: 'localhost' }, everywhere, { ...note, hostname: 'localhost' }, 'unclear'],
    ['no note', {}, everywhere, undefined, 'unclear'],
    ['the noted process', { name: 'db2' }, everywhere, { ...note, host }, 'end'],
    ['the noted boot and data', { name: 'db2' }, { pid: 8, ...everywhere, cwd: '/data/a' }, { ...note, host }, 'end'],
    ['only the noted boot', { name: 'db2' }, { pid: 8, ...everywhere, cwd: '/data/b' }, { ...note, host }, 'unclear'],
    [
      'the noted data, after a restart of whichever host it is',
      { name: 'db2' },
      { ...everywhere, cwd: '/data/a' },
      { ...note, host: { ...host, boot: 'a' } },
      'unclear',
    ],
  ])('of a host with %s', (_, more, one, noted, kind) => {
    expect(decide(facts([server(one)], { isLocal, ...more }), noted).kind).toBe(kind);
  });

  it('of a host that is another one: both names are said', () => {
    expect(decide(facts([server(everywhere)], { isLocal, name: 'db2' }), note)).toMatchObject({
      why: `ssh leads to the host db2, which does not have the address ${IP}, and the server’s host is called db1`,
    });
  });
});
