import { accountSql } from '../../../../base/account.ts';
import { error, type Finding, warning } from '../../../../base/finding.ts';
import { alignStatements } from '../../../../capabilities/accounts/align.ts';
import { globalPrivileges } from '../../../../capabilities/accounts/grants/grant.ts';
import type { AccountState } from '../../../../capabilities/accounts/read.ts';
import { hostFits } from '../../../../capabilities/accounts/who.ts';
import { withRoles } from '../../../../capabilities/accounts/whoCanStill.ts';
import type { Check, CheckContext, CheckedServer } from '../../context.ts';
import { each, whereOf } from '../each.ts';
import { accountsOf, rulesOf } from '../facts.ts';

/** Whether the other servers can log in to the master and each candidate to replicate from it. */
export const replAccount: Check = {
  title: 'the account of replication',
  run: (context) => {
    const users = [...new Set(rulesOf(context).replicationUsers)];
    const sources = context.servers.filter((server) => server === context.master || server.mayBeMaster);
    return each(sources, async (server) => {
      const own = await accountsOf(server);
      const masters = context.master ? await accountsOf(context.master) : [];
      return users.flatMap((user) => judge(context, server, user, { own, masters }));
    });
  },
};

interface Seen {
  readonly own: readonly AccountState[];
  readonly masters: readonly AccountState[];
}

function judge(context: CheckContext, server: CheckedServer, user: string, seen: Seen): Finding[] {
  const named = seen.own.filter((s) => s.account.kind === 'user' && s.account.user === user && !s.ignored);
  if (named.length === 0) return [missing(server, user, seen)];
  const grantsOf = withRoles(seen.own);
  const able = named.filter((state) => replicates(globalPrivileges(grantsOf(state))));
  if (able.length === 0) return [mayNot(server, named)];
  if (!able.some((state) => replicates(globalPrivileges(state.grants)))) return [byRole(server, able)];
  return notFrom(context, server, able);
}

/** MariaDB 10.5 and later also print it as REPLICATION SLAVE. */
function replicates(held: ReadonlySet<string>): boolean {
  return ['REPLICATION SLAVE', 'REPLICATION REPLICA', 'ALL PRIVILEGES'].some((name) => held.has(name));
}

function missing(server: CheckedServer, user: string, { masters }: Seen): Finding {
  const known = masters.filter((s) => s.account.kind === 'user' && s.account.user === user);
  const text = `there is no account named ${user}: the others cannot replicate from this server`;
  const advice = 'create it with the password that the replicas use (repl_password)';
  const statements = known.flatMap((state) => alignStatements(state, undefined));
  return error('repl_account_missing', whereOf(server), text, advice, ['SET SESSION sql_log_bin = 0', ...statements]);
}

function mayNot(server: CheckedServer, named: readonly AccountState[]): Finding {
  const accounts = named.map(({ account }) => accountSql(account));
  const text = `${accounts.join(', ')} lacks REPLICATION SLAVE: the others cannot replicate from this server`;
  const grants = accounts.map((name) => `GRANT REPLICATION SLAVE ON *.* TO ${name}`);
  return error('repl_account_rights', whereOf(server), text, 'grant it', grants);
}

/** MHA looks for the privilege in mysql.user, where a role is not seen, and then never makes that server the master. */
function byRole(server: CheckedServer, able: readonly AccountState[]): Finding {
  const accounts = able.map(({ account }) => accountSql(account));
  const text = `${accounts.join(', ')} has REPLICATION SLAVE through a role only, which MHA does not see: it refuses`;
  const grants = accounts.map((name) => `GRANT REPLICATION SLAVE ON *.* TO ${name}`);
  return error('repl_by_role', whereOf(server), text, 'grant it to the account itself', grants);
}

/** Compares patterns and addresses; an account whose host is a name cannot be judged. */
function notFrom({ servers }: CheckContext, server: CheckedServer, able: readonly AccountState[]): Finding[] {
  const patterns = able.map(({ account }) => account.host);
  if (patterns.some((pattern) => /[a-z]/i.test(pattern) && pattern.toLowerCase() !== 'localhost')) return [];
  const out = servers.filter(
    (other) =>
      other !== server && !patterns.some((p) => hostFits(p, other.target.ip) || hostFits(p, other.target.host)),
  );
  if (out.length === 0) return [];
  const accounts = able.map(({ account }) => accountSql(account)).join(', ');
  const text = `by its host, ${accounts} seems not to let in ${out.map(whereOf).join(', ')}`;
  const advice = 'create it for a host that covers them too: they cannot replicate from this server';
  return [warning('repl_account_host', whereOf(server), text, advice)];
}
