import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';
import { LOG_FILE_SIZE, makeDataDir, USER_ARGS } from './dataDir.ts';
import { isMysql, serverCommand, treeOptions } from './kind.ts';
import { type Daemon, startDaemon } from './processes.ts';
import { Hopeless, tail, until } from './wait.ts';

export type Row = Record<string, unknown>;

export type Ask = (sql: string) => Promise<Row[]>;

/** A server of the lab. It is known by `host:port`, and reached as admin through its socket. */
export interface LabServer {
  /** `server1`, as MHA's file names it. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly sshPort: number;
  readonly dataDir: string;
  readonly socketPath: string;
  /** The server's error log. */
  readonly log: string;
  /** Undefined while it is down. */
  readonly pid: number | undefined;
  readonly running: boolean;
  /** Runs one statement as root@localhost, in a session of its own that leaves nothing open behind it. */
  admin(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Runs statements one after another in one session as root@localhost. */
  adminAll(statements: readonly string[]): Promise<void>;
  /** Statements whose rows or errors decide what is asked next, in one session as root@localhost. */
  inOneSession<T>(work: (ask: Ask) => Promise<T>): Promise<T>;
  /** A session of its own over TCP; the caller ends it. */
  connect(user: string, password: string, options?: ConnectionOptions): Promise<Connection>;
  /** kill -9: what a crash of the server looks like to everybody else. */
  kill9(): Promise<void>;
  /** An orderly shutdown. */
  stop(): Promise<void>;
  /** Starts it again, with these options besides its own; ready for connections when this resolves. */
  start(extraArgs?: readonly string[]): Promise<void>;
  restart(extraArgs?: readonly string[]): Promise<void>;
  /** From now on every statement the server receives is kept; those kept before are forgotten. */
  startGeneralLog(): Promise<void>;
  stopGeneralLog(): Promise<void>;
  /** What was received since {@link startGeneralLog}, as the server writes it. */
  readGeneralLog(): string;
  /** Removes all data and starts from a fresh data directory. */
  recreate(): Promise<void>;
}

export interface ServerOptions {
  id: string;
  number: number;
  host: string;
  port: number;
  sshPort: number;
  folder: string;
  /** Options of mariadbd, as on its command line, after the lab's own. */
  mysqld: readonly string[];
  /** What starts a command on its host, where that is a network namespace. */
  within?: readonly string[] | undefined;
}

const START_LIMIT = 30_000;

/** Makes a server; it is not started yet. */
export function makeServer(options: ServerOptions): LabServer {
  const { folder, host, port } = options;
  const paths = { dataDir: join(folder, 'data'), socketPath: join(folder, 'sock'), log: join(folder, 'error.log') };
  const generalLog = join(folder, 'general.log');
  let generalLogFrom = 0;
  let daemon: Daemon | undefined;

  const socketSession = () => createConnection({ socketPath: paths.socketPath, user: 'root', ...SESSION });
  const server: LabServer = {
    ...paths,
    id: options.id,
    host,
    port,
    sshPort: options.sshPort,
    get pid() {
      return daemon?.running() ? daemon.pid : undefined;
    },
    get running() {
      return daemon?.running() ?? false;
    },
    admin: (sql, params = []) => withSession(socketSession(), (session) => rows(session, sql, params)),
    adminAll: (statements) =>
      withSession(socketSession(), async (session) => {
        for (const statement of statements) await rows(session, statement, []);
      }),
    inOneSession: (work) => withSession(socketSession(), (session) => work((sql) => rows(session, sql, []))),
    connect: (user, password, more) => createConnection({ host, port, user, password, ...SESSION, ...more }),
    kill9: async () => daemon?.kill(),
    stop: async () => daemon?.end(),
    start: async (extraArgs = []) => {
      if (daemon?.running()) return;
      const [program = '', ...before] = serverCommand();
      const args = [...before, ...serverArgs(options, paths, generalLog), ...extraArgs];
      daemon = await startDaemon(program, args, paths.log, options.within);
      await ready(server);
    },
    restart: async (extraArgs) => {
      await server.stop();
      await server.start(extraArgs);
    },
    startGeneralLog: async () => {
      generalLogFrom = existsSync(generalLog) ? statSync(generalLog).size : 0;
      await server.admin('SET GLOBAL general_log = 1');
    },
    stopGeneralLog: async () => {
      await server.admin('SET GLOBAL general_log = 0');
    },
    readGeneralLog: () =>
      existsSync(generalLog) ? readFileSync(generalLog).subarray(generalLogFrom).toString('utf8') : '',
    recreate: async () => {
      await server.kill9();
      rmSync(paths.dataDir, { recursive: true, force: true });
      await makeDataDir(paths.dataDir);
      await server.start();
    },
  };
  return server;
}

/** A server on a busy machine can be slow to say hello: seen on MySQL, over 5 s. */
const SESSION: ConnectionOptions = {
  connectTimeout: 30_000,
  supportBigNumbers: true,
  dateStrings: true,
  jsonStrings: true,
};

async function withSession<T>(opening: Promise<Connection>, work: (session: Connection) => Promise<T>): Promise<T> {
  const session = await opening;
  try {
    return await work(session);
  } finally {
    await session.end().catch(() => session.destroy());
  }
}

/** The rows of a statement; none for one that gives no rows. */
async function rows(session: Connection, sql: string, params: readonly unknown[]): Promise<Row[]> {
  const [result] = await session.query<RowDataPacket[]>(sql, params as unknown[]);
  return Array.isArray(result) ? result : [];
}

async function ready(server: LabServer): Promise<void> {
  await until(
    `${server.id} (${server.host}:${server.port}) accepting connections`,
    START_LIMIT,
    async () => {
      if (!server.running) throw new Hopeless(`${server.id} ended while it started\n${tail(server.log)}`);
      if (!existsSync(server.socketPath)) return false;
      await server.admin('SELECT 1');
      return true;
    },
    () => tail(server.log),
  );
}

/**
 * The command line. Durable as a production server is; small, because several run on one machine; with parallel replicas,
 * because with one thread a durable replica falls seconds behind eight busy clients, and a switch waits for it.
 */
function serverArgs(
  options: ServerOptions,
  paths: { dataDir: string; socketPath: string },
  generalLog: string,
): string[] {
  const settings: Record<string, string | number> = {
    datadir: paths.dataDir,
    socket: paths.socketPath,
    'pid-file': join(options.folder, 'pid'),
    tmpdir: ownTemporaryFolder(options.folder),
    'bind-address': options.host,
    port: options.port,
    'server-id': options.number,
    'log-bin': 'mysql-bin',
    'relay-log': 'relay-bin',
    'relay-log-purge': 0,
    'sync-binlog': 1,
    'innodb-flush-log-at-trx-commit': 1,
    'innodb-buffer-pool-size': '32M',
    'event-scheduler': 'ON',
    'character-set-server': 'utf8mb4',
    'skip-name-resolve': 1,
    'max-connections': 500,
    'open-files-limit': 4096,
    'general-log-file': generalLog,
    ...(isMysql ? MYSQL_ONLY : MARIADB_ONLY),
  };
  const own = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  return ['--no-defaults', ...USER_ARGS, ...treeOptions(), ...own, ...options.mysqld];
}

const MARIADB_ONLY = {
  'log-slave-updates': 1,
  'slave-parallel-threads': 4,
  'innodb-log-file-size': LOG_FILE_SIZE,
  'performance-schema': 0,
};

/** MySQL numbers statements in the performance schema only, and so it is on, but small. */
const MYSQL_ONLY = {
  'log-replica-updates': 1,
  'replica-parallel-workers': 4,
  'innodb-redo-log-capacity': LOG_FILE_SIZE,
  'gtid-mode': 'ON',
  'enforce-gtid-consistency': 'ON',
  mysqlx: 'OFF',
  'secure-file-priv': 'NULL',
  'performance-schema-digests-size': 100,
  'performance-schema-error-size': 100,
  'performance-schema-max-sql-text-length': 256,
  'table-open-cache': 400,
};

/** A server that starts deletes every temporary table in its tmpdir, another server's too, which then crashes (seen). */
function ownTemporaryFolder(folder: string): string {
  const path = join(folder, 'tmp');
  mkdirSync(path, { recursive: true });
  return path;
}
