import { endpointOf, nameOf, sameEndpoint } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { type ReportedStep, runAndReport } from '../engine/report.ts';
import type { Knowledge } from '../recover/observe.ts';
import type { SwitchContext } from '../switch/context.ts';
import { eventsOffElsewhere, eventsOnAtNewMaster, eventsStayOff } from './events.ts';
import { type FinishContext, note, onServer } from './onServer.ts';
import { givePrivilegesToOrigMaster } from './privileges.ts';

/** Aligns the servers with the new master, which is open. Changes no read_only. */
const FINISH_STEPS: readonly ReportedStep<FinishContext>[] = [
  onServer('events on', ({ newMaster }) => newMaster, eventsOnAtNewMaster),
  { name: 'original master left out', isDue: isLeftOut, do: leaveOut },
  {
    ...onServer('original master', ({ origMaster }) => origMaster, alignOrigMaster),
    isDue: (context) => !isLeftOut(context),
  },
  {
    name: 'events elsewhere',
    do: async (context) => {
      await eventsOffElsewhere(context, context.journal, context.newMaster);
      return [];
    },
  },
];

/**
 * Ends a switch whose new master is open: everybody who was shut out has the same privileges at the original master as at the
 * new one (given directly, with the binlog off, if replication does not bring them within `replicationMs`); events are on at
 * the new master and off elsewhere. A server that is down for good is left out, and that is noted. Returns what is wrong;
 * if nothing is, closes the journal.
 */
export async function finishSwitch(
  context: SwitchContext,
  journal: Journal,
  knowledge: Pick<Knowledge, 'replicationMs' | 'saidDown'>,
): Promise<string[]> {
  const left = await alignServers(context, journal, knowledge);
  if (left.length === 0) await journal.close('finished', context.clock.now());
  return left;
}

/** As {@link finishSwitch}, without closing the journal. */
export async function alignServers(
  context: SwitchContext,
  journal: Journal,
  { replicationMs = 0, saidDown = [] }: Pick<Knowledge, 'replicationMs' | 'saidDown'>,
): Promise<string[]> {
  const at = context.clock.now().toISOString();
  const began = context.clock.ticks();
  const { problems } = await runAndReport(FINISH_STEPS, { ...context, journal, replicationMs, saidDown });
  journal.data.finish = { at, ms: Math.round(context.clock.ticks() - began) };
  journal.data.opened = endpointOf(context.newMaster);
  return problems;
}

function isLeftOut({ origMaster, saidDown }: FinishContext): boolean {
  return saidDown.some((server) => sameEndpoint(server, origMaster));
}

async function leaveOut(context: FinishContext): Promise<string[]> {
  const name = nameOf(context.origMaster);
  note(context, context.journal, [`${name} is down for good: its accounts and events were left as they are`]);
  return [];
}

/** One after the other, since both use one session. */
async function alignOrigMaster(context: FinishContext): Promise<string[]> {
  const left = await givePrivilegesToOrigMaster(context);
  return [...left, ...(await eventsStayOff(context, context.journal, context.origMaster))];
}
