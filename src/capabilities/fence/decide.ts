import type { HostFacts, HostServer, Unit } from './facts.ts';
import type { ServerNote } from './note.ts';

/** The server that is to be fenced. */
export interface Wanted {
  readonly ip: string;
  readonly port: number;
  /** What it said of itself while it lived. */
  readonly note: ServerNote | undefined;
}

export type Decision =
  | {
      /** `gone`: no process of it is there. */
      readonly kind: 'end' | 'gone';
      readonly servers: readonly HostServer[];
      readonly datadir: string | undefined;
      readonly unit: Unit | undefined;
    }
  | { readonly kind: 'unclear'; readonly why: string };

/**
 * Which processes of the host are the server of that address and port, and so have to end. Never one of another instance.
 *
 * A wrong ssh_host leads to a host of another server. So the whole is unclear, unless one of these shows that it is the host
 * of this one: it has the address; it has the name that the server noted; it was noted, and has not started anew since. The last
 * two are for an address that is translated on the way. "Proven" is the address or the name.
 *
 * The first line that fits a process counts:
 *
 * | the process                                                              | is it the server? |
 * |--------------------------------------------------------------------------|-------------------|
 * | listens on that port, at that address                                    | yes               |
 * | listens on that port at every address, and the host is proven            | yes               |
 * | is the very process that was noted: boot, pid and start                  | yes               |
 * | works in the noted data directory; listens nowhere, or on a noted port   | yes               |
 * | works in the noted data directory, and listens on another port           | unclear           |
 * | is in a container                                                        | no                |
 * | listens on that port at another address, and that one is not the host's  | unclear           |
 * | listens elsewhere: on another port, or at another address                | no                |
 * | works in another data directory than the noted one                       | no                |
 * | its options name another port, or another address                        | no                |
 * | listens nowhere; its options name that port (and no other address)       | yes               |
 * | listens nowhere; the pid file names it                                   | yes               |
 * | listens nowhere, and nothing names a port                                | unclear           |
 *
 * "Listens nowhere" is a server that starts, ends, or whose sockets this user may not see. Data directories are compared by
 * device and inode, by their paths only if the host does not tell these. If none is the server, but an unclear one is there, or
 * anything else listens at that address and port, the whole is unclear.
 */
export function whichServer(facts: HostFacts, wanted: Wanted): Decision {
  if (!isProven(facts, wanted) && !(wanted.note?.host && wanted.note.host.boot === facts.boot)) {
    return { kind: 'unclear', why: notItsHost(facts, wanted) };
  }
  const judged = facts.servers.map((server) => ({ server, is: isIt(server, facts, wanted) }));
  const servers = judged.filter(({ is }) => is === 'yes').map(({ server }) => server);
  const open = judged.find(({ is }) => is === 'unclear')?.server;
  if (servers.length === 0 && open) {
    return { kind: 'unclear', why: `${open.program} (pid ${open.pid}) may be this server or another one of the host` };
  }
  const stranger = facts.listeners.find(
    ({ address, pid }) => isHere(address, wanted.ip) && !servers.some((server) => server.pid === pid),
  );
  if (stranger && (servers.length === 0 || stranger.pid !== undefined)) {
    return { kind: 'unclear', why: `${nameOfStranger(stranger)} listens on port ${wanted.port}` };
  }
  const others = judged.filter(({ is }) => is === 'no').map(({ server }) => server.data);
  const folders = facts.dataFolders.filter(({ data }) => !others.includes(data)).map(({ real }) => real);
  const [first] = servers;
  return {
    kind: first ? 'end' : 'gone',
    servers,
    datadir: first ? first.cwd : (datadirOf(facts, wanted)?.real ?? (folders.length === 1 ? folders[0] : undefined)),
    unit: first ? unitOf(first, noted(facts, wanted)?.unit) : noted(facts, wanted)?.unit,
  };
}

/**
 * The unit whose main process this server is, or the mysqld_safe that runs it. A server that was started by hand may be in the
 * unit of sshd or cron, which must not be held. If systemd did not say in time, it is if it was noted so.
 */
export function unitOf({ unit, main, pid, parent }: HostServer, known?: Unit): Unit | undefined {
  if (main === undefined) return unit?.name === known?.name && unit?.manager === known?.manager ? unit : undefined;
  return main === pid || (main === parent.pid && isSafe(parent.name)) ? unit : undefined;
}

/** mysqld_safe, whose only purpose is to start the server again. */
export function isSafe(name: string): boolean {
  return /^(mysqld_safe|mariadbd-safe)$/.test(name);
}

/** True for the address itself and for a socket that takes connections at every address. */
export function isHere(address: string, ip: string): boolean {
  return ['0.0.0.0', '::'].includes(address) || address === plain(ip);
}

function isIt(server: HostServer, facts: HostFacts, wanted: Wanted): 'yes' | 'no' | 'unclear' {
  const { listens = [], option, pid } = server;
  const { note, port, ip } = wanted;
  const proven = isProven(facts, wanted);
  const isAt = (address: string) => (proven ? isHere(address, ip) : address === plain(ip));
  if (listens.some((one) => one.port === port && isAt(one.address))) return 'yes';
  const host = noted(facts, wanted);
  if (host?.pid === pid && host.start === server.start) return 'yes';
  if (note && worksIn(server, datadirOf(facts, wanted))) {
    const isOwn = listens.length === 0 || listens.some((one) => one.port === note.port || one.port === port);
    return isOwn ? 'yes' : 'unclear';
  }
  if (server.foreign) return 'no';
  if (!facts.isLocal && listens.some((one) => one.port === port)) return 'unclear';
  if (listens.length > 0 || (note && (server.data ?? server.cwd ?? option.datadir) !== undefined)) return 'no';
  const bound = option['bind-address'] ?? '*';
  const elsewhere = bound !== '*' && !bound.split(',').some((one) => isHere(one.trim(), ip));
  if (elsewhere || (option.port !== undefined && option.port !== String(port))) return 'no';
  return option.port !== undefined || facts.pidInFile === pid ? 'yes' : 'unclear';
}

/** True if the host has the address or the name of the server's. `localhost` is no name. */
function isProven({ isLocal, name }: HostFacts, { note }: Wanted): boolean {
  return isLocal || (!/^(localhost\b|$)/i.test(name) && name.toLowerCase() === note?.hostname.toLowerCase());
}

function notItsHost({ name }: HostFacts, { ip, note }: Wanted): string {
  const known = note ? `the server’s host is called ${note.hostname}` : 'the name of the server’s host was not noted';
  return `ssh leads to the host ${name}, which does not have the address ${ip}, and ${known}`;
}

/** What was noted of the host, unless that has started anew since: then only its unit counts. */
function noted({ boot }: HostFacts, { note }: Wanted) {
  if (!note?.host || note.host.boot === boot) return note?.host;
  return { unit: note.host.unit, pid: undefined, start: undefined };
}

interface Folder {
  readonly real: string;
  readonly data?: string;
}

/** The noted data directory: where links lead. Without `data` if the host does not have it. */
function datadirOf({ dataFolders }: HostFacts, { note }: Wanted): Folder | undefined {
  return note && (dataFolders.find(({ path }) => path === note.datadir) ?? { real: note.datadir });
}

function worksIn({ data, cwd, option, foreign }: HostServer, folder: Folder | undefined): boolean {
  if (data !== undefined && folder?.data) return data === folder.data;
  const path = cwd ?? option.datadir;
  return !foreign && path !== undefined && plainPath(path) === plainPath(folder?.real ?? '');
}

function nameOfStranger({ pid, name }: HostFacts['listeners'][number]): string {
  return pid === undefined ? 'a process that this user may not see' : `${name} (pid ${pid}), no server of it,`;
}

function plainPath(path: string): string {
  return path.replace(/\/+$/, '');
}

/** An IPv6 address as the kernel writes it. */
function plain(ip: string): string {
  return ip.includes(':') && URL.canParse(`http://[${ip}]`) ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip;
}
