/** A server process (mysqld, mariadbd) of a host, as conf/perl/fence_host.pl sees it. What that user may not see is missing. */
export interface HostServer {
  readonly pid: number;
  /** In the kernel's ticks since boot: with the pid it identifies the process. */
  readonly start: string;
  /** The kernel's letter: T is stopped, D waits for a disk. */
  readonly state: string;
  readonly program: string;
  /** True if this user may end it. */
  readonly may: boolean;
  readonly parent: { readonly pid: number; readonly start: string; readonly name: string };
  /** Its data directory, by device and inode; and its path, if that leads there on this host. */
  readonly data?: string;
  readonly cwd?: string;
  /** True in a container: its paths and options are not those of this host. */
  readonly foreign: boolean;
  readonly listens?: readonly Listener[];
  /** The unit of systemd that it runs in, and that unit's main process. */
  readonly unit?: Unit;
  readonly main?: number;
  /** Options of its command line. */
  readonly option: Readonly<Record<'port' | 'datadir' | 'bind-address', string | undefined>>;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
}

export interface Unit {
  readonly name: string;
  /** `system`, or the user id whose own systemd it is. */
  readonly manager: string;
}

export interface HostFacts {
  readonly user: number;
  readonly boot: string;
  /** As the host calls itself. */
  readonly name: string;
  /** True if the address that was asked about is one of the host's own. */
  readonly isLocal: boolean;
  readonly servers: readonly HostServer[];
  /** Who listens on the port that was asked about, at any address. */
  readonly listeners: readonly { readonly address: string; readonly pid?: number; readonly name: string }[];
  /** What the pid file that was asked about says. */
  readonly pidInFile?: number;
  /** Those of the folders that were asked about that hold a server's data, and where links lead. */
  readonly dataFolders: readonly { readonly path: string; readonly real: string; readonly data: string }[];
  /** A guard of an earlier fence. */
  readonly guard?: number;
}

/** One line of the host's answer. */
export interface Answer {
  readonly word: string;
  readonly fields: Readonly<Record<string, string>>;
}

const MARK = 'mha_fence:';

/** Undefined for a line of somebody else, such as a login's greeting. */
export function parseAnswer(line: string): Answer | undefined {
  if (!line.startsWith(MARK)) return undefined;
  const [word = '', ...pairs] = line.slice(MARK.length).split('\t');
  const fields = pairs.map((pair) => [pair.split('=')[0] ?? '', decoded(pair.replace(/^[^=]*=/, ''))]);
  return { word, fields: Object.fromEntries(fields) };
}

/** A line for the host. Its values are hex, so that nothing in them can be anything else. */
export function orderLine(word: string, fields: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${Buffer.from(`${value}`).toString('hex')}`);
  return `${[word, ...pairs].join('\t')}\n`;
}

export function factsFrom(answers: readonly Answer[]): HostFacts {
  const all = (word: string) => answers.filter((answer) => answer.word === word).map(({ fields }) => fields);
  const [host] = all('host');
  const [file] = all('pid_file');
  const [guard] = all('guard');
  return {
    user: Number(host?.user),
    boot: host?.boot ?? '',
    name: host?.name ?? '',
    isLocal: host?.local === '1',
    servers: all('server').map(serverOf),
    listeners: all('listener').map(({ address = '', pid, name = '' }) => ({
      address,
      name,
      ...(pid ? { pid: Number(pid) } : {}),
    })),
    dataFolders: all('datadir').map(({ path = '', real = path, data = '' }) => ({ path, real, data })),
    ...(file?.pid ? { pidInFile: Number(file.pid) } : {}),
    ...(guard?.pid ? { guard: Number(guard.pid) } : {}),
  };
}

function serverOf(f: Answer['fields']): HostServer {
  return {
    pid: Number(f.pid),
    start: f.start ?? '',
    state: f.state ?? '',
    program: (f.program ?? '').replace(/^.*\//, ''),
    may: f.may === '1',
    foreign: f.foreign === '1',
    parent: { pid: Number(f.ppid), start: f.parent_start ?? '', name: f.parent ?? '' },
    ...(f.data ? { data: f.data } : {}),
    ...(f.cwd === undefined ? {} : { cwd: f.cwd }),
    ...(f.listens === undefined ? {} : { listens: listenersOf(f.listens) }),
    ...(f.unit === undefined ? {} : { unit: { name: f.unit, manager: f.manager ?? 'system' } }),
    ...(f.main === undefined ? {} : { main: Number(f.main) }),
    option: { port: f.port, datadir: f.datadir, 'bind-address': f['bind-address'] },
  };
}

function listenersOf(text: string): Listener[] {
  const words = text.split(' ').filter((word) => word !== '');
  return words.flatMap((address, at) => (at % 2 === 0 ? [{ address, port: Number(words[at + 1]) }] : []));
}

function decoded(text: string): string {
  const bytes = text.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
