import { type Finding, note } from '../../../base/finding.ts';
import { readVariables, type Values } from '../../../capabilities/variables.ts';
import type { Check } from '../context.ts';
import { candidatesOf, each, whereOf } from './each.ts';

/** Candidates whose global variables would make the same statements behave differently than on the master. */
export const settings: Check = {
  title: "candidates' settings",
  run: async (context) => {
    const { master } = context;
    if (!master) return [];
    const names = COMPARED.map(({ name }) => name);
    return each(candidatesOf(context), async (server) => {
      const [masters, own] = await Promise.all([master, server].map((s) => readVariables(s.session, names)));
      if (!masters || !own) return [];
      const where = whereOf(server);
      return [...compared(where, masters, own, whereOf(master)), ...byStatement(where, masters, own)];
    });
  },
};

interface Compared {
  readonly name: string;
  readonly level: 'warning' | 'note';
  /** The consequence once the server is the master. */
  readonly so: string;
  /** `lower`: only a value below the master's is reported. `weaker`: only a value other than 1 if the master's is 1. */
  readonly only?: 'lower' | 'weaker';
}

const OTHERWISE = 'the same statement may do something else, or fail';
const DURABLE = 'a crash may lose the last transactions, which the master’s settings prevent';

const COMPARED: readonly Compared[] = [
  { name: 'binlog_format', level: 'warning', so: 'the replicas get events in another format' },
  { name: 'gtid_mode', level: 'warning', so: 'replicas that use GTIDs cannot follow' },
  { name: 'enforce_gtid_consistency', level: 'warning', so: 'statements may be accepted that GTIDs do not allow' },
  { name: 'gtid_strict_mode', level: 'warning', so: 'GTIDs out of order stop one server and not the other' },
  { name: 'gtid_domain_id', level: 'warning', so: 'its transactions are in another GTID domain' },
  { name: 'lower_case_table_names', level: 'warning', so: 'table names may not be found' },
  { name: 'character_set_server', level: 'warning', so: 'new databases get another one' },
  { name: 'collation_server', level: 'warning', so: 'new databases sort and compare differently' },
  { name: 'sql_mode', level: 'warning', so: OTHERWISE },
  { name: 'explicit_defaults_for_timestamp', level: 'warning', so: OTHERWISE },
  { name: 'transaction_isolation', level: 'warning', so: 'transactions may see other data' },
  { name: 'tx_isolation', level: 'warning', so: 'transactions may see other data' },
  { name: 'time_zone', level: 'warning', so: 'times are read and shown differently' },
  { name: 'system_time_zone', level: 'note', so: 'with time_zone = SYSTEM times are read and shown differently' },
  { name: 'max_connections', level: 'note', so: 'some clients cannot connect', only: 'lower' },
  { name: 'max_allowed_packet', level: 'note', so: 'large statements fail', only: 'lower' },
  { name: 'sync_binlog', level: 'note', so: DURABLE, only: 'weaker' },
  { name: 'innodb_flush_log_at_trx_commit', level: 'note', so: DURABLE, only: 'weaker' },
];

/** The differences from the master's values that matter. */
export function compared(where: string, masters: Values, own: Values, master: string): Finding[] {
  return COMPARED.flatMap(({ name, level, so, only }): Finding[] => {
    const [theirs, ours] = [masters.get(name), own.get(name)];
    if (theirs === undefined || ours === undefined || theirs === ours) return [];
    if (only === 'lower' && Number(ours) >= Number(theirs)) return [];
    if (only === 'weaker' && (theirs !== '1' || ours === '1')) return [];
    const code = only ? `setting_${only}` : 'setting_differs';
    const text = `${name} is ${ours || 'empty'} here and ${theirs || 'empty'} at ${master}: with this server as the master, ${so}`;
    return [{ level, code, where, text, advice: `make ${name} the same, in the configuration too` }];
  });
}

function byStatement(where: string, masters: Values, own: Values): Finding[] {
  if (own.get('binlog_format') !== 'STATEMENT' || masters.get('binlog_format') !== 'STATEMENT') return [];
  const text =
    'binlog_format is STATEMENT: a replica runs triggers and routines itself, with its own definers’ privileges';
  return [note('binlog_statement', where, text)];
}
