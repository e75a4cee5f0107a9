import { type Finding, note } from '../../../base/finding.ts';
import { readVariables, type Values } from '../../../capabilities/variables.ts';
import type { Check } from '../context.ts';
import { each, othersOf, whereOf } from './each.ts';

/** Candidates whose global variables would make something else of the same statements than the master does. */
export const settings: Check = {
  title: "candidates' settings",
  run: async (context) => {
    const { master } = context;
    if (!master) return [];
    const candidates = othersOf(context).filter((server) => server.mayBeMaster);
    const names = COMPARED.map(({ name }) => name);
    return each(candidates, async (server) => {
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
  /** What follows from it, once the server is the master. */
  readonly so: string;
  /** `lower`: only a value below the master's is reported. `weaker`: only one that is not 1 while the master's is. */
  readonly told?: 'lower' | 'weaker';
}

const OTHERWISE = 'the same statement may do something else, or fail';
const DURABLE = 'the last transactions before a crash may be lost, which they were not';

const COMPARED: readonly Compared[] = [
  { name: 'binlog_format', level: 'warning', so: 'what the replicas get is of another kind' },
  { name: 'gtid_mode', level: 'warning', so: 'replicas that find their place by GTID cannot follow' },
  { name: 'enforce_gtid_consistency', level: 'warning', so: 'statements may be let in that GTIDs do not allow' },
  { name: 'gtid_strict_mode', level: 'warning', so: 'GTIDs out of order stop one server and not the other' },
  { name: 'gtid_domain_id', level: 'warning', so: 'its own transactions are in another GTID domain' },
  { name: 'lower_case_table_names', level: 'warning', so: 'table names may not be found' },
  { name: 'character_set_server', level: 'warning', so: 'new databases are made with another one' },
  { name: 'collation_server', level: 'warning', so: 'new databases sort and compare otherwise' },
  { name: 'sql_mode', level: 'warning', so: OTHERWISE },
  { name: 'explicit_defaults_for_timestamp', level: 'warning', so: OTHERWISE },
  { name: 'transaction_isolation', level: 'warning', so: 'transactions see something else' },
  { name: 'tx_isolation', level: 'warning', so: 'transactions see something else' },
  { name: 'time_zone', level: 'warning', so: 'times are read and shown otherwise' },
  { name: 'system_time_zone', level: 'note', so: 'with time_zone = SYSTEM times are read and shown otherwise' },
  { name: 'max_connections', level: 'note', so: 'not everybody gets in', told: 'lower' },
  { name: 'max_allowed_packet', level: 'note', so: 'large statements fail', told: 'lower' },
  { name: 'sync_binlog', level: 'note', so: DURABLE, told: 'weaker' },
  { name: 'innodb_flush_log_at_trx_commit', level: 'note', so: DURABLE, told: 'weaker' },
];

/** Pure: what differs from the master's values so that it matters. */
export function compared(where: string, masters: Values, own: Values, master: string): Finding[] {
  return COMPARED.flatMap(({ name, level, so, told }): Finding[] => {
    const [theirs, ours] = [masters.get(name), own.get(name)];
    if (theirs === undefined || ours === undefined || theirs === ours) return [];
    if (told === 'lower' && Number(ours) >= Number(theirs)) return [];
    if (told === 'weaker' && (theirs !== '1' || ours === '1')) return [];
    const code = told ? `setting_${told}` : 'setting_differs';
    const text = `${name} is ${shown(ours)} here and ${shown(theirs)} at ${master}: with this server as the master, ${so}`;
    return [{ level, code, where, text, advice: `make ${name} the same, in the configuration too` }];
  });
}

function shown(value: string): string {
  return value === '' ? 'empty' : value;
}

function byStatement(where: string, masters: Values, own: Values): Finding[] {
  if (own.get('binlog_format') !== 'STATEMENT' || masters.get('binlog_format') !== 'STATEMENT') return [];
  const text =
    'binlog_format is STATEMENT: a replica runs triggers and routines itself, with the rights that their definers have there';
  return [note('binlog_statement', where, text)];
}
