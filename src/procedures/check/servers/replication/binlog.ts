import { error, type Finding, warning } from '../../../../base/finding.ts';
import { isOn, readVariables, type Values } from '../../../../capabilities/variables.ts';
import type { Check } from '../../context.ts';
import { each, othersOf, whereOf } from '../each.ts';

/** Whether the others could replicate from each candidate, and MHA recover from each replica. */
export const binlog: Check = {
  title: 'binlogs and relay logs',
  run: (context) =>
    each(othersOf(context), async (server) => {
      const values = await readVariables(server.session, NAMES);
      const where = whereOf(server);
      const replica = server.identity.channels.length > 0;
      return [...(server.mayBeMaster ? asMaster(where, values) : []), ...(replica ? asReplica(where, values) : [])];
    }),
};

const NAMES = ['log_bin', 'log_slave_updates', 'log_replica_updates', 'relay_log_purge', 'gtid_mode'];

/** What keeps a server from becoming the master. */
export function asMaster(where: string, values: Values): Finding[] {
  if (!isOn(values.get('log_bin'))) {
    const text = 'it has no binlog: it cannot be a master, and MHA does not choose it';
    const advice = "set log_bin and restart it, or no_master = 1 in its section of MHA's file";
    return [error('no_binlog', where, text, advice)];
  }
  const updates = values.get('log_replica_updates') ?? values.get('log_slave_updates');
  if (updates === undefined || isOn(updates)) return [];
  const text = 'what it replicates is not in its own binlog (log_slave_updates is off)';
  const advice = 'set log_slave_updates = 1 and restart it: as a master it could not bring a replica up to date';
  return [warning('no_log_slave_updates', where, text, advice)];
}

/** MHA takes missing events from relay logs, unless the servers use MySQL's GTIDs. */
function asReplica(where: string, values: Values): Finding[] {
  if (!isOn(values.get('relay_log_purge')) || isOn(values.get('gtid_mode'))) return [];
  const text = 'relay_log_purge is on: relay logs that MHA may need after the death of the master are removed';
  const advice = 'switch it off, in the configuration too, and let MHA’s purge_relay_logs remove them';
  return [warning('relay_log_purge', where, text, advice, ['SET GLOBAL relay_log_purge = 0'])];
}
