import { failures, inPackets } from '../../adapters/mysql/packets.ts';
import { accountName, accountSql, sameAccount } from '../../base/account.ts';
import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { givesNothing, grantKey, grantSql } from '../../capabilities/accounts/grants/grant.ts';
import { type AccountState, readAccounts } from '../../capabilities/accounts/read.ts';
import type { SwitchContext } from '../switch/context.ts';

/** What a server lacks of another one's rights. */
export interface RightsGap {
  readonly server: Target;
  /** Statements that would level it; they carry no password. */
  readonly statements: readonly string[];
  /** What no statement of ours can level. */
  readonly notes: readonly string[];
}

/**
 * What `server` lacks of the rights that `from` has: grants of accounts and roles that both have, and accounts locked
 * there only. Rights that only `server` has are left alone; an account that it lacks cannot be made without its
 * password and is only reported.
 */
export async function rightsGap(
  context: Pick<SwitchContext, 'sessions'>,
  from: Target,
  server: Target,
): Promise<RightsGap> {
  const [ours, theirs] = await Promise.all(
    [from, server].map(async (target) => readAccounts(await context.sessions.withoutBinlog(target))),
  );
  const statements: string[] = [];
  const notes: string[] = [];
  for (const state of (ours ?? []).filter((s) => !s.ignored)) {
    const there = theirs?.find((t) => sameAccount(t.account, state.account));
    if (there && !there.ignored) statements.push(...lacking(state, there));
    else if (state.account.kind !== 'public')
      notes.push(`${accountName(state.account)} is missing on ${nameOf(server)}`);
    else statements.push(...lacking(state, undefined));
  }
  return { server, statements, notes };
}

function lacking(state: AccountState, there: AccountState | undefined): string[] {
  const has = new Set(there?.grants.map(grantKey));
  const grants = state.grants.filter((g) => !givesNothing(g) && !has.has(grantKey(g)));
  const unlock = there?.locked && !state.locked ? [`ALTER USER ${accountSql(state.account)} ACCOUNT UNLOCK`] : [];
  return [...grants.map((g) => grantSql(g, state.account)), ...unlock];
}

/** Runs a gap's statements with the binlog off and looks again. Returns what is still lacking, with reasons. */
export async function closeGap(context: SwitchContext, from: Target, gap: RightsGap): Promise<string[]> {
  try {
    const session = await context.sessions.withoutBinlog(gap.server);
    const refused = new Map(failures(await inPackets(session, gap.statements)).map((f) => [f.sql, f.reason]));
    const left = await rightsGap(context, from, gap.server);
    return left.statements.map(
      (sql) => `${nameOf(gap.server)}: ${sql};${refused.has(sql) ? `  -- ${refused.get(sql)}` : ''}`,
    );
  } catch (error) {
    return [`${nameOf(gap.server)}: ${messageOf(error)}`];
  }
}
