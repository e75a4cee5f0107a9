import { nameOf } from '../base/server.ts';
import { alterSql, readEvents } from '../capabilities/events.ts';
import { readOnlySql, readReadOnly } from '../capabilities/readOnly.ts';
import type { SwitchContext } from './context.ts';

/**
 * What is left to do by hand on a new master whose read_only MHA was told to leave on; undefined if it takes writes, so
 * that nothing is left. Changes nothing.
 */
export async function leftClosed({
  sessions,
  newMaster,
}: Pick<SwitchContext, 'sessions' | 'newMaster'>): Promise<string[] | undefined> {
  const session = await sessions.of(newMaster);
  const { readOnly, superReadOnly } = await readReadOnly(session);
  if (!readOnly) return undefined;
  const off = (await readEvents(session)).filter((event) => event.status === 'SLAVESIDE_DISABLED');
  const open = readOnlySql({ readOnly: false, ...(superReadOnly === undefined ? {} : { superReadOnly: false }) });
  const events = off.map((event) => alterSql(event, 'ENABLED'));
  return [
    `${nameOf(newMaster)} stays read_only, as MHA was told (--skip_disable_read_only): applications cannot write`,
    `to open it: ${open.join('; ')}`,
    ...(events.length > 0 ? [`its events stay off; those that were on at the dead master: ${events.join('; ')}`] : []),
  ];
}
