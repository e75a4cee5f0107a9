import type { Account } from '../../base/account.ts';
import { onMissingObjects } from '../../capabilities/accounts/giveBack.ts';
import type { Grant } from '../../capabilities/accounts/grant.ts';
import type { KeepRules } from '../../capabilities/accounts/keep.ts';
import { type BlockPlan, planBlock } from '../../capabilities/accounts/plan.ts';
import { type AccountState, readAccounts, readOwnState } from '../../capabilities/accounts/read.ts';
import type { SwitchContext } from '../context.ts';

/** What the checks before `stop` found out, for its steps. */
export interface StopFacts {
  readonly rules: KeepRules;
  readonly givers: readonly (readonly Grant[])[];
  readonly gone: ReadonlySet<string>;
  readonly accounts: readonly AccountState[];
  readonly plan: BlockPlan;
  /** When running transactions were first given time; shared by the waiting and the draining step. */
  drainStarted?: number;
}

/** Reads the original master's accounts and decides whom to shut out. */
export async function gatherFacts(context: SwitchContext, rules: KeepRules): Promise<StopFacts> {
  const { sessions, origMaster, newMaster, replicas } = context;
  const [orig, next] = await Promise.all([sessions.unlogged(origMaster), sessions.of(newMaster)]);
  const accounts = await readAccounts(orig);
  const givers = await Promise.all([orig, next].map(async (session) => (await readOwnState(session)).grants));
  const grants = accounts.flatMap((state) => state.grants);
  const everywhere = [orig, next, ...(await Promise.all(replicas.map((r) => sessions.of(r))))];
  const gone = await Promise.all(everywhere.map((session) => onMissingObjects(session, grants)));
  const basis = { rules, givers, gone: new Set(gone.flatMap((keys) => [...keys])) };
  return { ...basis, accounts, plan: planBlock({ ...basis, states: accounts }) };
}

/** The plan again, for the accounts as they are now. */
export function planAgain(facts: StopFacts, accounts: readonly AccountState[]): BlockPlan {
  return planBlock({ states: accounts, rules: facts.rules, givers: facts.givers, gone: facts.gone });
}

/** The accounts that keep their rights. */
export function keptAccounts(facts: StopFacts): Account[] {
  return facts.plan.kept.map(({ state }) => state.account);
}
