import { nameOf } from '../../base/server.ts';
import { alterSql, readEvents } from '../../capabilities/events/events.ts';
import { readOnlySql, readReadOnly } from '../../capabilities/readOnly.ts';
import type { SwitchContext } from '../switch/context.ts';
import { eventsOfDead } from './eventsOfDead.ts';

/**
 * What is left to do by hand on a new master whose read_only MHA was asked to leave on; undefined if it takes writes, so
 * that nothing is left. Changes nothing.
 */
export async function leftClosed(
  context: Pick<SwitchContext, 'sessions' | 'settings' | 'origMaster' | 'newMaster'>,
): Promise<string[] | undefined> {
  const { sessions, newMaster } = context;
  const session = await sessions.of(newMaster);
  const { readOnly, superReadOnly } = await readReadOnly(session);
  if (!readOnly) return undefined;
  const off = (await readEvents(session)).filter((event) => event.status === 'SLAVESIDE_DISABLED');
  const open = readOnlySql({ readOnly: false, ...(superReadOnly === undefined ? {} : { superReadOnly: false }) });
  const { due, unsure } = await eventsOfDead(context, session, off);
  const events = due.map((event) => alterSql(event, 'ENABLED'));
  return [
    `${nameOf(newMaster)} stays read_only, as MHA was told (--skip_disable_read_only): applications cannot write`,
    `to open it: ${open.join('; ')}`,
    ...(events.length > 0 ? [`its events stay off; ${which(unsure.length)}: ${events.join('; ')}`] : []),
  ];
}

function which(unsure: number): string {
  return `those that were ${unsure > 0 ? 'on, or may have been,' : 'on'} at the dead master`;
}
