import { type Endpoint, sameEndpoint } from '../../../base/server.ts';
import { type Journal, unfinishedSwitch } from '../../../capabilities/journal/journal.ts';
import { openJournals } from '../../../capabilities/journal/openJournals.ts';
import { finishSwitch } from '../../finish/index.ts';
import { claimed } from '../../recover/endOpenSwitch.ts';
import { EVENTS_OFF } from '../../switch/captured.ts';
import type { SwitchContext } from '../../switch/context.ts';

/** Closes the journals of switches that came to their end. @throws Refused if one of these masters has one that did not. */
export async function endOlderSwitches(context: SwitchContext): Promise<void> {
  for (const { path, journal, why } of await openJournals(context.journals, [context.origMaster, context.newMaster])) {
    if (!journal || !(await isOver(context, journal))) throw unfinishedSwitch(path, why);
  }
}

/**
 * Closes the journal of a switch that came to its end. If its servers were never compared and it made the present master, that
 * is done now; what is left is only logged, since the checks of this switch find every difference between the servers.
 */
async function isOver(context: SwitchContext, journal: Journal): Promise<boolean> {
  const { phase } = journal.data;
  if (phase !== 'finished' && phase !== 'undone' && phase !== 'started') return false;
  await claimed(journal, 'stop', [], async (last) => {
    const { data } = last;
    if (data.phase === 'finished' || data.phase === 'undone') await last.close(data.phase);
    if (data.phase !== 'started') return;
    const made = data.opened && sameEndpoint(data.opened, context.origMaster);
    // Privileges revoked on a master of this switch never came back through that one.
    if (!made && [context.origMaster, context.newMaster].some((s) => sameEndpoint(s, data.origMaster))) return;
    // What cannot be read must not be closed: it is still owed.
    last.captured(EVENTS_OFF);
    const before = made ? contextOf(context, data.origMaster) : undefined;
    const left = before ? await finishSwitch(before, last, {}) : [];
    for (const problem of left) context.log.warning(`the switch before this one: ${problem}`);
    if (await last.latest()) await last.close('finished', context.clock.now());
  });
  return (await journal.latest()) === undefined;
}

/** The switch that made the present original master; undefined if its former master is no longer listed. */
function contextOf(context: SwitchContext, former: Endpoint): SwitchContext | undefined {
  const others = [context.newMaster, ...context.replicas];
  const origMaster = others.find((server) => sameEndpoint(server, former));
  const replicas = others.filter((server) => server !== origMaster);
  return origMaster && { ...context, origMaster, newMaster: context.origMaster, replicas };
}
