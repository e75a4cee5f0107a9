import { accountName } from '../../base/account.ts';
import { type Finding, note } from '../../base/finding.ts';
import { nameOf } from '../../base/server.ts';
import { counted } from '../../base/text.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { revokeStateIn } from '../switch/captured.ts';

/** A switch whose journal is open: some findings follow from what it has changed. */
export interface OpenSwitch {
  /** Its two masters, as {@link nameOf} gives them. */
  readonly masters: ReadonlySet<string>;
  /** The accounts that it shut out. */
  readonly accounts: ReadonlySet<string>;
}

/** The open switches of journals that can be read. */
export function openSwitches(journals: readonly { readonly journal?: Journal }[]): OpenSwitch[] {
  return journals.flatMap(({ journal }) => (journal ? [openSwitch(journal)] : []));
}

function openSwitch(journal: Journal): OpenSwitch {
  const { origMaster, newMaster, opened = newMaster } = journal.data;
  const accounts = blockedBy(journal).map(({ account }) => accountName(account));
  return { masters: new Set([origMaster, newMaster, opened].map(nameOf)), accounts: new Set(accounts) };
}

/** None if the journal's content cannot be read: that is another finding. */
function blockedBy(journal: Journal): readonly Blocked[] {
  try {
    return revokeStateIn(journal).blocked;
  } catch {
    return [];
  }
}

/** Findings that a half-done switch causes at its two masters, and those about the accounts that it shut out. */
const AT_MASTERS = new Set([
  ...['master_read_only', 'replica_writable', 'read_only_at_restart', 'not_a_replica'],
  ...['event_on_replica', 'event_lost'],
]);
const OF_ACCOUNTS = new Set(['account_differs', 'account_extra']);

/** Whether the finding follows from an open switch. */
export function follows(finding: Finding, switches: readonly OpenSwitch[]): boolean {
  if (finding.code === 'no_master') return switches.length > 0;
  if (AT_MASTERS.has(finding.code)) return switches.some(({ masters }) => masters.has(finding.where));
  if (!OF_ACCOUNTS.has(finding.code)) return false;
  const { account } = finding;
  return account !== undefined && switches.some(({ accounts }) => accounts.has(account));
}

/**
 * Puts open switches first, and everything that follows from them into one note, because ending the switch resolves it.
 * A switch that only has not been checked yet becomes an error if anything worse than a note follows from it.
 */
export function causeFirst(findings: readonly Finding[], switches: readonly OpenSwitch[]): Finding[] {
  const following = findings.filter((finding) => follows(finding, switches));
  const serious = following.some(({ level }) => level !== 'note');
  const causes = findings
    .filter(({ code }) => code === 'open_switch')
    .map((cause) => (serious ? { ...cause, level: 'error' as const } : cause));
  const others = findings.filter((finding) => finding.code !== 'open_switch' && !following.includes(finding));
  return [...causes, ...(causes[0] ? noted(causes[0], following) : []), ...others];
}

function noted({ where }: Finding, following: readonly Finding[]): Finding[] {
  if (following.length === 0) return [];
  const kinds = [...new Set(following.map(({ code }) => code))].map((code) => {
    const all = following.filter((finding) => finding.code === code);
    return `${code} (${all.length}, at ${[...new Set(all.map((finding) => finding.where))].join(', ')})`;
  });
  const text = `${counted(following.length, 'finding')} follow${following.length === 1 ? 's' : ''} from the open switch: ${kinds.join('; ')}`;
  const advice = 'end the switch, then run mha_check again: what is left is then listed one by one';
  return [note('follows_open_switch', where, text, advice)];
}
