import type { Row, Session } from '../../adapters/mysql/session.ts';
import { binlogRow } from './binlogEnd.ts';
import { replicaRows } from './channels.ts';

/** A server's filters for replication and for its binlog, as MHA compares them; '' is no filter. */
export interface Filters {
  /** By name, as in `Replicate_Do_DB`; none on a server that is no replica. */
  readonly replicate: Readonly<Record<string, string>>;
  /** `Binlog_Do_DB`, `Binlog_Ignore_DB`; none without a binlog. */
  readonly binlog: Readonly<Record<string, string>>;
}

export async function readFilters(session: Session): Promise<Filters> {
  const [channel] = await replicaRows(session);
  return { replicate: named(channel, REPLICATE), binlog: named(await binlogRow(session), BINLOG) };
}

const REPLICATE = ['Do_DB', 'Ignore_DB', 'Do_Table', 'Ignore_Table', 'Wild_Do_Table', 'Wild_Ignore_Table'].map(
  (name) => `Replicate_${name}`,
);
const BINLOG = ['Binlog_Do_DB', 'Binlog_Ignore_DB'];

function named(row: Row | undefined, names: readonly string[]): Record<string, string> {
  return row ? Object.fromEntries(names.map((name) => [name, String(row[name] ?? '')])) : {};
}
