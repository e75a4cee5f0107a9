import { nameOf } from '../../base/server.ts';
import { alterSql, readEvents } from '../../capabilities/events/events.ts';
import { readOnlySql, readReadOnly } from '../../capabilities/readOnly.ts';
import type { SwitchContext } from '../switch/context.ts';
import { eventsOfDead } from './eventsOfDead.ts';

/** What is left to do by hand on a new master that stays read_only at MHA's request; undefined if it takes writes. */
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
  const were = unsure.length > 0 ? 'on, or may have been,' : 'on';
  return [
    `${nameOf(newMaster)} stays read_only, as requested (--skip_disable_read_only): applications cannot write`,
    `to open it: ${open.join('; ')}`,
    ...(events.length > 0
      ? [`its events stay off; those that were ${were} at the dead master: ${events.join('; ')}`]
      : []),
  ];
}
