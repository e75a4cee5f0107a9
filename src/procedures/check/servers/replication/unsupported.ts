import { error, type Finding } from '../../../../base/finding.ts';
import { isOn, readVariables, type Values } from '../../../../capabilities/variables.ts';
import type { Check, CheckedServer } from '../../context.ts';
import { each, whereOf } from '../each.ts';

/** What MHA cannot work with, on whichever server: seen, or read in its source. */
export const unsupported: Check = {
  title: 'what MHA cannot work with',
  run: ({ servers }) =>
    each(servers, async (server) => [
      ...encrypted(whereOf(server), await readVariables(server.session, NAMES)),
      ...channelsOf(server),
    ]),
};

const NAMES = ['binlog_encryption', 'encrypt_binlog', 'gtid_mode'];

/** mysqlbinlog cannot read the files; with MySQL's GTIDs, MHA does not need to. */
export function encrypted(where: string, values: Values): Finding[] {
  const [name] = ['binlog_encryption', 'encrypt_binlog'].filter((one) => isOn(values.get(one)));
  if (name === undefined || isOn(values.get('gtid_mode'))) return [];
  const text = `${name} is on: MHA copies missing rows out of binlogs and relay logs, and could not read them`;
  const byGtid = values.has('gtid_mode') ? ', or replicate by GTID with auto-position' : '';
  return [error('binlog_encrypted', where, text, `switch it off${byGtid}; a planned switch works all the same`)];
}

/** MySQL shows all channels together, and MHA takes a server with other than one for no replica. */
function channelsOf(server: CheckedServer): Finding[] {
  const { channels, version } = server.identity;
  if (channels.some(({ name }) => name.startsWith('group_replication_'))) {
    const advice = "take it out of MHA's file: the group elects its own primary";
    return [
      error('group_replication', whereOf(server), 'it is in a replication group: MHA cannot move its master', advice),
    ];
  }
  if (/MariaDB/i.test(version) || channels.length < 2) return [];
  const names = channels.map(({ name }) => `'${name}'`).join(', ');
  const text = `it has ${channels.length} replication channels (${names}): MHA takes it for no replica`;
  const advice =
    'MHA works with one channel a server: remove the others with RESET REPLICA ALL FOR CHANNEL, or give them a server';
  return [error('several_channels', whereOf(server), text, advice)];
}
