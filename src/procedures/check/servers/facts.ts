import { readDefiners } from '../../../capabilities/accounts/definers.ts';
import {
  type AccountState,
  readAccounts,
  readMandatoryRoles,
  readOwnState,
} from '../../../capabilities/accounts/read.ts';
import { onMissingObjects } from '../../../capabilities/accounts/shutOut/giveBack.ts';
import type { KeepRules } from '../../../capabilities/accounts/shutOut/keep.ts';
import { type BlockPlan, planBlock } from '../../../capabilities/accounts/shutOut/plan.ts';
import { keepRules } from '../../stop/facts.ts';
import type { CheckContext, CheckedServer } from '../context.ts';
import { candidatesOf } from './each.ts';

/** Whom a switch would shut out: the plan that `stop` would make, whichever candidate it moves to. */
export interface AccountFacts {
  readonly states: readonly AccountState[];
  readonly plan: BlockPlan;
  readonly rules: KeepRules;
}

const plans = new WeakMap<CheckContext, Promise<AccountFacts>>();
const accounts = new WeakMap<CheckedServer, Promise<AccountState[]>>();

/** The server's accounts; read once for all checks of one context. */
export function accountsOf(server: CheckedServer): Promise<AccountState[]> {
  const known = accounts.get(server) ?? readAccounts(server.session);
  accounts.set(server, known);
  return known;
}

/** The facts about this master's accounts; gathered once for all checks of one context. */
export function accountFacts(context: CheckContext, master: CheckedServer): Promise<AccountFacts> {
  const known = plans.get(context) ?? gather(context, master);
  plans.set(context, known);
  return known;
}

async function gather(context: CheckContext, master: CheckedServer): Promise<AccountFacts> {
  const candidates = candidatesOf(context);
  const states = await accountsOf(master);
  const rules = rulesOf(context);
  const [givers, gone, mandatory, definers] = await Promise.all([
    Promise.all([master, ...candidates].map(async ({ session }) => (await readOwnState(session)).grants)),
    goneAnywhere(context, states),
    readMandatoryRoles(master.session),
    definersOf(context, candidates[0] ?? master),
  ]);
  const plan = planBlock({ states, rules, method: context.settings.blockMethod, givers, gone, mandatory, definers });
  return { states, plan, rules };
}

async function goneAnywhere({ servers }: CheckContext, states: readonly AccountState[]): Promise<ReadonlySet<string>> {
  const grants = states.flatMap((state) => state.grants);
  const gone = await Promise.all(servers.map(({ session }) => onMissingObjects(session, grants)));
  return new Set(gone.flatMap((keys) => [...keys]));
}

/** If they cannot be read, `stop` goes on without them. */
function definersOf({ settings }: CheckContext, { session }: CheckedServer): Promise<ReadonlyMap<string, string>> {
  const none = new Map<string, string>();
  return settings.blockMethod === 'lock' ? Promise.resolve(none) : readDefiners(session).catch(() => none);
}

/** The rules that `stop` would use, with the accounts of replication. */
export function rulesOf({ rules, servers }: CheckContext): KeepRules {
  const identities = servers.map(({ identity }) => identity);
  return keepRules(rules, identities);
}
