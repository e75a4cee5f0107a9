import type { Dialect } from '../../adapters/mysql/dialect.ts';
import { BINLOG_READERS } from '../../adapters/mysql/processList.ts';
import type { Row, Session } from '../../adapters/mysql/session.ts';
import { accountName } from '../../base/account.ts';
import { nameOf } from '../../base/server.ts';
import { binlogRow } from './binlogEnd.ts';
import { isRefusal, readChannelsInFull } from './channels.ts';
import type { GtidState, LogPosition, Progress, ReplicationStatus, SemiSyncSide } from './status.ts';

/** All that a server reports about its replication; changes nothing. `refused` names what is missing. @throws ServerError */
export async function readReplicationStatus(session: Session): Promise<ReplicationStatus> {
  const dialect = await session.dialect();
  const [[own = {}] = [], variables = [], counters = [], [dumps = {}] = []] = await session.many(QUESTIONS);
  const value = valueIn([...variables, ...counters]);
  const gtid = await readGtid(session, dialect);
  const refused = new Refusals(session, dialect, String(own.account));
  const binlog = await refused.unless(() => readBinlog(session), undefined);
  const channels = await refused.unless(() => readChannelsInFull(session), []);
  return {
    version: String(own.version),
    serverId: Number(own.serverId),
    uuid: gtid.uuid,
    readOnly: isOn(value('read_only')),
    superReadOnly: value('super_read_only') === undefined ? undefined : isOn(value('super_read_only')),
    binlog,
    gtid: gtid.state,
    semiSyncSource: semiSyncSource(value),
    semiSyncReplica: side(value, 'slave') ?? side(value, 'replica'),
    dumpThreads: Number(dumps.count ?? 0),
    channels,
    refused: refused.sentences,
  };
}

/** Only what changes: cheap enough for polling. @throws ServerError */
export async function readProgress(session: Session): Promise<Progress> {
  const dialect = await session.dialect();
  const channels = await readChannelsInFull(session);
  const { state } = await readGtid(session, dialect);
  const binlog = await readBinlog(session).catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
    return undefined;
  });
  return { channels, gtid: state, binlog };
}

/** The current end of the server's own binlog and GTIDs. @throws ServerError */
export async function readEnd(session: Session): Promise<Pick<Progress, 'binlog' | 'gtid'>> {
  const dialect = await session.dialect();
  const binlog = await readBinlog(session);
  return { binlog, gtid: (await readGtid(session, dialect)).state };
}

const QUESTIONS = [
  'SELECT VERSION() AS version, @@GLOBAL.server_id AS serverId, CURRENT_USER() AS account',
  "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only') OR Variable_name LIKE 'rpl_semi_sync%enabled'",
  "SHOW GLOBAL STATUS LIKE 'rpl_semi_sync%'",
  BINLOG_READERS,
];

async function readGtid(session: Session, dialect: Dialect): Promise<{ state: GtidState; uuid: string | undefined }> {
  const [row = {}] = await session.rows(dialect.gtidState);
  const text = (name: string) => (row[name] === undefined ? undefined : String(row[name] ?? '').replace(/\s+/g, ''));
  if (row.executed === undefined) {
    const state = {
      current: text('current_pos'),
      binlog: text('binlog_pos'),
      binlogState: text('binlog_state'),
      logsAll: Number(row.logs_all) !== 0,
      slave: text('slave_pos'),
    };
    return { state, uuid: undefined };
  }
  return { state: { executed: text('executed') ?? '', on: String(row.mode) === 'ON' }, uuid: text('uuid') };
}

async function readBinlog(session: Session): Promise<LogPosition | undefined> {
  const row = await binlogRow(session);
  return row && { file: String(row.File), position: Number(row.Position) };
}

/** Collects what the account may not see, with the GRANT that it lacks. */
class Refusals {
  readonly sentences: string[] = [];
  readonly #grant: string;

  constructor(session: Session, dialect: Dialect, account: string) {
    const at = account.lastIndexOf('@');
    const who = accountName({ kind: 'user', user: account.slice(0, at), host: account.slice(at + 1) });
    const grant = `GRANT ${dialect.monitorPrivileges} ON *.* TO ${who}`;
    this.#grant = `${nameOf(session.server)} does not let ${who} see its replication: ${grant}`;
  }

  async unless<Result>(read: () => Promise<Result>, otherwise: Result): Promise<Result> {
    try {
      return await read();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (this.sentences.length === 0) this.sentences.push(this.#grant);
      return otherwise;
    }
  }
}

type ValueOf = (name: string) => string | undefined;

function valueIn(rows: readonly Row[]): ValueOf {
  const values = new Map(rows.map((row) => [String(row.Variable_name).toLowerCase(), String(row.Value)]));
  return (name) => values.get(name);
}

function semiSyncSource(value: ValueOf): ReplicationStatus['semiSyncSource'] {
  const word = value('rpl_semi_sync_source_enabled') === undefined ? 'master' : 'source';
  const found = side(value, word);
  return found && { ...found, clients: Number(value(`rpl_semi_sync_${word}_clients`) ?? 0) };
}

function side(value: ValueOf, word: string): SemiSyncSide | undefined {
  const on = value(`rpl_semi_sync_${word}_enabled`);
  if (on === undefined) return undefined;
  return { on: isOn(on), inEffect: isOn(value(`rpl_semi_sync_${word}_status`)) };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['0', 'OFF', ''].includes(value.toUpperCase());
}
