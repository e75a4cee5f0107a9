import { error, type Finding } from '../../../base/finding.ts';
import { readThreads } from '../../../capabilities/sessions/running.ts';
import type { Check, CheckedServer } from '../context.ts';
import { each, someOf, whereOf } from './each.ts';

/** MariaDB: `Waiting for someone to free space`; MySQL: `Waiting for disk space`. */
const WAITS_FOR_SPACE = /free space|disk space/i;

/** Servers whose disk is full. This comes first, because a query about their binlog would wait as well. */
export const diskFull: Check = {
  title: 'full disks',
  run: ({ servers }) => each(servers, waiting),
};

async function waiting(server: CheckedServer): Promise<Finding[]> {
  const stuck = (await readThreads(server.session)).filter(({ state }) => WAITS_FOR_SPACE.test(state ?? ''));
  if (stuck.length === 0) return [];
  const who = stuck.map(({ user, host, id, seconds }) => `${user} from ${host} (connection ${id}) for ${seconds} s`);
  const text = `its disk is full: waiting for space: ${someOf(who)}`;
  const advice =
    'free space where its error log says (data or binlogs: PURGE BINARY LOGS); the server then goes on within a minute';
  return [error('disk_full', whereOf(server), text, advice)];
}
