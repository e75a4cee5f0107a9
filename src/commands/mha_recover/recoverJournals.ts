import { messageOf } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { journalsOf } from '../../cluster/cluster.ts';
import { claimed } from '../../procedures/recover/endOpenSwitch.ts';
import { plan, recover } from '../../procedures/recover/index.ts';
import { makeMaster } from '../../procedures/recover/makeMaster.ts';
import type { Knowledge } from '../../procedures/recover/observe.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { journalContext } from '../../procedures/switch/contextOf.ts';
import { fitted } from '../cli/terminal.ts';
import type { RecoverCall } from './recoverCall.ts';
import { closeSecondMasters, type Second } from './secondMasters.ts';

interface Outcome {
  readonly journal: string;
  readonly origMaster?: string;
  readonly newMaster?: string;
  readonly phase?: string;
  readonly action: string;
  readonly why: string;
  readonly problems: readonly string[];
  readonly open: boolean;
}

/** Ends every open switch of the cluster, or shows what would be done. Returns 1 if any is left open. */
export async function recoverJournals(call: RecoverCall, knowledge: Knowledge): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const { path, journal, why = 'it cannot be read', isFolder } of await journalsOf(call.cluster)) {
    const unread = { journal: path, action: 'keep', why, problems: isFolder ? [] : [UNREADABLE], open: true };
    outcomes.push(journal ? await recoverOne(call, journal, knowledge) : unread);
  }
  const open = outcomes.filter((o) => o.open).length;
  // As long as a switch is open, its journal decides who the master is.
  const mayClose = call.closeOnly ? outcomes.length === 0 : open === 0;
  const second = mayClose ? await closeSecondMasters(call, knowledge) : [];
  if (call.json) {
    const seconds = second.length > 0 ? { second_masters: second } : {};
    call.invocation.print(JSON.stringify({ journals: outcomes, open, ...seconds }, null, 2));
  } else {
    const switches = outcomes.length === 0 ? ['no switch is open'] : outcomes.map(describe);
    call.invocation.print(fitted([...switches, ...second.map((one) => describeSecond(one, call.dryRun))].join('\n')));
  }
  return open > 0 || second.some((one) => one.open) ? 1 : 0;
}

const UNREADABLE =
  'find out which server is the master, align the privileges with mha_recover --from=THAT_SERVER, then move this file away';

async function recoverOne(call: RecoverCall, journal: Journal, knowledge: Knowledge): Promise<Outcome> {
  const { data } = journal;
  const about = {
    journal: journal.path,
    origMaster: nameOf(data.origMaster),
    newMaster: nameOf(data.opened ?? data.newMaster),
    phase: data.phase,
  };
  let context: SwitchContext | undefined;
  try {
    context = journalContext(call.cluster, journal, { log: call.log, signal: call.invocation.signal });
    if (call.closeOnly) return { ...about, ...(await leftAlone(journal)) };
    if (!call.dryRun) return { ...about, ...(await end(call, journal, context, knowledge)) };
    const decision = await plan(context, journal, knowledge);
    const problems = decision.action === 'keep' ? [`${decision.why}; ${decision.advice}`] : [];
    return { ...about, action: decision.action, why: decision.why, problems, open: true };
  } catch (error) {
    return { ...about, action: 'keep', why: messageOf(error), problems: [messageOf(error)], open: true };
  } finally {
    await context?.sessions.closeAll();
  }
}

/** With `--close_only`. A switch that somebody works on is no reason for a timer to fail. */
async function leftAlone(journal: Journal): Promise<Ending> {
  const atWork = await journal.atWork();
  const why = atWork ?? 'it is left alone (--close_only); mha_recover --list shows what would be done';
  return { action: 'keep', why, problems: [why], open: atWork === undefined };
}

type Ending = Pick<Outcome, 'action' | 'why' | 'problems' | 'open'>;

async function end(
  { master }: RecoverCall,
  journal: Journal,
  context: SwitchContext,
  knowledge: Knowledge,
): Promise<Ending> {
  const work = (latest: Journal) =>
    master ? makeMaster(context, latest, master, knowledge) : recover(context, latest, knowledge);
  const done = await claimed(journal, 'mha_recover', knowledge.deadHosts ?? [], work);
  if (!done) return { action: 'close', why: 'another process has ended it', problems: [], open: false };
  const { decision, problems, open } = done;
  return { action: decision.action, why: decision.why, problems, open };
}

function describeSecond({ server, action, problems, open }: Second, dryRun: boolean): string {
  const closed = open ? 'not closed' : 'closed';
  const state = action === 'keep' ? WORDS.keep : dryRun ? 'to do: close' : closed;
  return [`${server}, a second master: ${state}`, ...problems.map((p) => `  - ${p}`)].join('\n');
}

const WORDS: Readonly<Record<string, string>> = {
  close: 'nothing had been changed',
  undo: 'put back',
  finish: 'finished',
  keep: 'left as it is',
};

function describe(o: Outcome): string {
  const title = o.origMaster ? `${o.origMaster} -> ${o.newMaster}, ${o.phase}` : o.journal;
  const state = o.open ? (o.action === 'keep' ? WORDS.keep : `to do: ${o.action}`) : (WORDS[o.action] ?? o.action);
  // A switch that is kept has why among its problems.
  const why = o.action === 'keep' && o.phase !== undefined ? [] : [`  ${o.why}`];
  return [`${title}: ${state}`, ...why, ...o.problems.map((p) => `  - ${p}`), `  journal: ${o.journal}`].join('\n');
}
