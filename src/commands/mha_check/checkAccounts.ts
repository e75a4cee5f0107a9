import type { Log } from '../../adapters/log.ts';
import { type Account, accountName } from '../../base/account.ts';
import { HelperError } from '../../base/errors.ts';
import type { Finding } from '../../base/finding.ts';
import { nameOf } from '../../base/server.ts';
import { oneLine, wrapped } from '../../base/text.ts';
import { readCluster, type Wanted } from '../../cluster/cluster.ts';
import { askServers, masterFindings, masterOf } from '../../procedures/check/reach.ts';
import { type AccountFacts, gatherFacts, keepRules } from '../../procedures/stop/facts.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import { listedIn } from './checkCluster.ts';

/** What a planned switch would do to an account. */
interface Fate {
  readonly account: string;
  /** `revoked`, `locked`, or both; `kept`; `left alone`. */
  readonly how: string;
  readonly why?: string;
}

export interface AccountsReport {
  readonly conf: string;
  readonly master: string;
  readonly newMaster: string;
  readonly blockMethod: string;
  readonly shutOut: readonly Fate[];
  readonly kept: readonly Fate[];
  readonly leftAlone: readonly Fate[];
  readonly notes: readonly string[];
}

/**
 * Which accounts a planned switch would shut out, decided as in `stop`; changes nothing. The new master is the first
 * replica that may become one: it matters only if the servers differ.
 * @throws HelperError if there is not exactly one master, or a server does not answer
 */
export async function accountsReport(
  wanted: Wanted,
  io: { readonly log: Log; readonly signal: AbortSignal },
): Promise<AccountsReport> {
  const cluster = await readCluster(wanted);
  const [first, second] = cluster.servers;
  if (!first) throw new HelperError(`${cluster.config.file} lists no server`);
  const base = switchContext(cluster, { orig: first, next: second ?? first }, io);
  try {
    const { servers, findings } = await askServers(base.sessions, listedIn(cluster));
    const wrong = findings.filter((f) => f.level === 'error').map((f) => `${f.where} ${f.text}`);
    const master = masterOf(servers);
    if (wrong.length === 0) wrong.push(...masterFindings(cluster.config.file, servers, master).map(inWords));
    const next = servers.find((s) => s !== master && s.mayBeMaster);
    if (!next && wrong.length === 0) wrong.push('no replica may become the master');
    if (!master || !next || wrong.length > 0) throw new HelperError(wrong.join('\n'));
    const whole = switchContext(cluster, { orig: master.target, next: next.target }, io);
    const context = { ...whole, sessions: base.sessions };
    const identities = servers.map(({ identity }) => identity);
    const facts = await gatherFacts(context, keepRules(context.rules, identities));
    return {
      conf: cluster.config.file,
      master: nameOf(master.target),
      newMaster: nameOf(next.target),
      blockMethod: context.settings.blockMethod,
      ...fates(facts),
    };
  } finally {
    await base.sessions.closeAll();
  }
}

function inWords({ where, text, advice }: Finding): string {
  return `${where}: ${text} - ${advice}`;
}

const HOW = { revoke: 'revoked', lock: 'locked', both: 'revoked and locked' } as const;

function fates(facts: AccountFacts): Pick<AccountsReport, 'shutOut' | 'kept' | 'leftAlone' | 'notes'> {
  const { blocked, kept, locked, notes } = facts.plan;
  const why = new Map([...locked].flatMap(([reason, accounts]) => accounts.map((a) => [accountName(a), reason])));
  const shutOut = blocked.map(({ account, method }) => fate(account, HOW[method], why.get(accountName(account))));
  const keeps = kept.map(({ state, reason }) => fate(state.account, 'kept', reason));
  const named = new Set([...shutOut, ...keeps].map(({ account }) => account));
  const others = facts.accounts.filter((s) => s.account.kind === 'user' && !named.has(accountName(s.account)));
  const alone = (s: (typeof others)[number]) =>
    s.ignored ?? (s.locked ? 'is already locked' : 'has no privileges to revoke');
  return { shutOut, kept: keeps, leftAlone: others.map((s) => fate(s.account, 'left alone', alone(s))), notes };
}

function fate(account: Account, how: string, why: string | undefined): Fate {
  return { account: accountName(account), how, ...(why === undefined ? {} : { why }) };
}

export function accountLines(report: AccountsReport): string[] {
  const { shutOut, kept, leftAlone, notes } = report;
  const width = Math.min(40, Math.max(...[...shutOut, ...kept, ...leftAlone].map((f) => oneLine(f.account).length)));
  const line = ({ account, how, why }: Fate, withHow: boolean) =>
    ['  ', ...(withHow ? [how.padEnd(8), ' '] : []), oneLine(account).padEnd(width), '  ', oneLine(why ?? '')]
      .join('')
      .trimEnd();
  const part = (title: string, list: readonly Fate[], withHow = false) =>
    list.length === 0 ? [] : ['', `${title}: ${list.length}`, ...list.map((f) => line(f, withHow))];
  return [
    `A planned switch from ${report.master} to ${report.newMaster}, block_method = ${report.blockMethod}`,
    ...part('shut out', shutOut, true),
    ...part('kept', kept),
    ...part('left alone', leftAlone),
    ...(notes.length === 0 ? [] : ['', ...notes.flatMap((note) => wrapped(oneLine(note), 80, 'note  ', '      '))]),
  ];
}
