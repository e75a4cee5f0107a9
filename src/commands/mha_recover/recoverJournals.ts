import type { Log } from '../../adapters/log.ts';
import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { type Cluster, journalsOf } from '../../cluster/cluster.ts';
import { claimed } from '../../procedures/recover/endOpenSwitch.ts';
import { plan, type Recovered, recover } from '../../procedures/recover/index.ts';
import { makeMaster } from '../../procedures/recover/makeMaster.ts';
import type { Knowledge } from '../../procedures/recover/observe.ts';
import type { SwitchContext } from '../../procedures/switch/context.ts';
import { journalContext } from '../../procedures/switch/contextOf.ts';
import { fitted, type Invocation } from '../cli/terminal.ts';

/** What `mha_recover` was asked for. */
export interface RecoverCall {
  readonly cluster: Cluster;
  readonly invocation: Invocation;
  readonly log: Log;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** The operator's word which server is to be the master. */
  readonly master?: Target | undefined;
}

/** One journal's end, for people and for scripts. */
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

/** Ends every open switch of the cluster, or shows what would be done. Returns 0 if none is left open, 1 otherwise. */
export async function recoverJournals(call: RecoverCall, knowledge: Knowledge): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const found of await journalsOf(call.cluster)) {
    if (found.journal) outcomes.push(await recoverOne(call, found.journal, knowledge));
    else
      outcomes.push({
        journal: found.path,
        action: 'keep',
        why: found.why ?? 'it cannot be read',
        problems: found.path.endsWith('.json') ? [UNREADABLE] : [],
        open: true,
      });
  }
  const open = outcomes.filter((o) => o.open).length;
  if (call.json) call.invocation.print(JSON.stringify({ journals: outcomes, open }, null, 2));
  else call.invocation.print(outcomes.length === 0 ? 'no switch is open' : fitted(outcomes.map(describe).join('\n')));
  return open > 0 ? 1 : 0;
}

const UNREADABLE =
  'find out which server is the master, level the rights with mha_recover --from=THAT_SERVER, then move this file away';

async function recoverOne(call: RecoverCall, journal: Journal, knowledge: Knowledge): Promise<Outcome> {
  const { data } = journal;
  const about = {
    journal: journal.path,
    origMaster: nameOf(data.origMaster),
    newMaster: nameOf(data.opened ?? data.newMaster),
    phase: data.phase,
  };
  try {
    const context = journalContext(call.cluster, journal, { log: call.log, signal: call.invocation.signal });
    try {
      if (!call.dryRun) return { ...about, ...(await end(call, journal, context, knowledge)) };
      const decision = await plan(context, journal, knowledge);
      const problems = decision.action === 'keep' ? [`${decision.why}; ${decision.advice}`] : [];
      return { ...about, action: decision.action, why: decision.why, problems, open: true };
    } finally {
      await context.sessions.closeAll();
    }
  } catch (error) {
    return { ...about, action: 'keep', why: messageOf(error), problems: [messageOf(error)], open: true };
  }
}

async function end(
  { master }: RecoverCall,
  journal: Journal,
  context: SwitchContext,
  knowledge: Knowledge,
): Promise<Pick<Outcome, 'action' | 'why' | 'problems' | 'open'>> {
  const work = (latest: Journal): Promise<Recovered> =>
    master ? makeMaster(context, latest, master, knowledge) : recover(context, latest, knowledge);
  const done = await claimed(journal, 'mha_recover', knowledge.deadHosts ?? [], work);
  if (!done) return { action: 'close', why: 'another process has ended it', problems: [], open: false };
  const { decision, problems, open } = done;
  return { action: decision.action, why: decision.why, problems, open };
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
  const why = o.problems.some((problem) => problem.startsWith(o.why)) ? [] : [`  ${o.why}`];
  return [`${title}: ${state}`, ...why, ...o.problems.map((p) => `  - ${p}`), `  journal: ${o.journal}`].join('\n');
}
