import type { Account } from '../../base/account.ts';
import { messageOf } from '../../base/errors.ts';
import { readDefiners } from '../../capabilities/accounts/definers.ts';
import type { Grant } from '../../capabilities/accounts/grants/grant.ts';
import {
  type AccountState,
  readAccounts,
  readMandatoryRoles,
  readOwnState,
  readStates,
} from '../../capabilities/accounts/read.ts';
import type { Blocked, BlockMethod } from '../../capabilities/accounts/shutOut/blocked.ts';
import { onMissingObjects } from '../../capabilities/accounts/shutOut/giveBack.ts';
import type { KeepRules } from '../../capabilities/accounts/shutOut/keep.ts';
import { type BlockPlan, planBlock } from '../../capabilities/accounts/shutOut/plan.ts';
import { type Ages, type Lacked, lackedBy, readAges } from '../../capabilities/accounts/shutOut/since.ts';
import type { ServerIdentity } from '../../capabilities/replication/identity.ts';
import { origSession, type SwitchContext } from '../switch/context.ts';

/** The original master's accounts, and the plan whom to shut out. */
export interface AccountFacts {
  readonly rules: KeepRules;
  readonly givers: readonly (readonly Grant[])[];
  readonly gone: ReadonlySet<string>;
  readonly method: BlockMethod;
  readonly mandatory: readonly Account[];
  readonly definers: ReadonlyMap<string, string>;
  readonly accounts: readonly AccountState[];
  readonly plan: BlockPlan;
  /** When the accounts had been read, in clock ticks. */
  readonly readAt: number;
}

/** What the checks found, for the steps of `stop`. Never changes afterwards. */
export interface StopFacts extends AccountFacts {
  /** The new master's channel from the original master; `''` is the one without a name. */
  readonly channel: string;
  /** What the new master lacks of what will be revoked, and when each account's password was set there. */
  readonly lacked: Lacked;
  readonly ages: Ages;
}

/** Reads the original master's accounts and decides whom to shut out. */
export async function gatherFacts(context: SwitchContext, rules: KeepRules): Promise<AccountFacts> {
  const { sessions, newMaster, replicas } = context;
  const [orig, next] = await Promise.all([origSession(context), sessions.of(newMaster)]);
  const accounts = await readAccounts(orig);
  const givers = await Promise.all([orig, next].map(async (session) => (await readOwnState(session)).grants));
  const grants = accounts.flatMap((state) => state.grants);
  const everywhere = [orig, next, ...(await Promise.all(replicas.map((r) => sessions.of(r))))];
  const gone = await Promise.all(everywhere.map((session) => onMissingObjects(session, grants)));
  const basis = {
    rules,
    givers,
    gone: new Set(gone.flatMap((keys) => [...keys])),
    method: context.settings.blockMethod,
    mandatory: await readMandatoryRoles(orig),
    definers: await definersOf(context),
  };
  return { ...basis, accounts, readAt: context.clock.ticks(), plan: planBlock({ ...basis, states: accounts }) };
}

/** What the new master lacks of what will be revoked, and the age of its accounts, for comparison when it is given back. */
export async function readWitness(
  context: SwitchContext,
  blocked: readonly Blocked[],
): Promise<Pick<StopFacts, 'lacked' | 'ages'>> {
  const session = await context.sessions.of(context.newMaster);
  const states = await readStates(
    session,
    blocked.map((b) => b.account),
  );
  return { lacked: lackedBy(blocked, states), ages: await readAges(session) };
}

/** Read on the new master, which has the same ones: with very many tables this takes long. */
async function definersOf(context: SwitchContext): Promise<AccountFacts['definers']> {
  const { sessions, newMaster, settings, log, signal } = context;
  if (settings.blockMethod === 'lock') return new Map();
  try {
    return await readDefiners(await sessions.of(newMaster));
  } catch (error) {
    signal.throwIfAborted();
    const what = 'the definers of triggers and routines could not be read (block_method = lock does not need them)';
    log.warning(`${what}: ${messageOf(error)}`);
    return new Map();
  }
}

/** If MHA's file names no repl_user, MHA uses the user that the replicas log in with. */
export function keepRules(rules: KeepRules, identities: readonly ServerIdentity[]): KeepRules {
  if (rules.replicationUsers.length > 0) return rules;
  const users = identities.flatMap((i) => i.channels.map((c) => c.masterUser));
  return { ...rules, replicationUsers: users.filter((user) => user !== '') };
}

/** The plan again, for the accounts as they are now. */
export function planAgain(facts: AccountFacts, accounts: readonly AccountState[]): BlockPlan {
  return planBlock({ ...facts, states: accounts });
}
