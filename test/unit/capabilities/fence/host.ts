import { whichServer } from '../../../../src/capabilities/fence/decide.ts';
import type { HostFacts, HostServer } from '../../../../src/capabilities/fence/facts.ts';
import type { ServerNote } from '../../../../src/capabilities/fence/note.ts';

export const IP = '192.0.2.1';
export const note: ServerNote = {
  datadir: '/data/a/',
  pidFile: '/run/a.pid',
  socket: '/run/a.sock',
  port: 3306,
  hostname: 'db1',
};
export const noOptions = { port: undefined, datadir: undefined, 'bind-address': undefined };
const parent = { pid: 1, start: '1', name: 'systemd' };

export function server(more: Partial<HostServer> = {}): HostServer {
  const base = {
    pid: 7,
    start: '70',
    state: 'S',
    program: 'mariadbd',
    may: true,
    foreign: false,
    parent,
    option: noOptions,
  };
  return { ...base, listens: [], ...more };
}

export function facts(servers: readonly HostServer[], more: Partial<HostFacts> = {}): HostFacts {
  return { user: 0, boot: 'b', name: 'db1', isLocal: true, servers, listeners: [], dataFolders: [], ...more };
}

export const at = (address: string, port: number) => ({ listens: [{ address, port }] });
export const decide = (given: HostFacts, noted: ServerNote | undefined = undefined, ip = IP) =>
  whichServer(given, { ip, port: 3306, note: noted });
