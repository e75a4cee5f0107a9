import { nameOf } from '../../base/server.ts';
import { counted, oneLine } from '../../base/text.ts';
import type { OldMaster, Surplus } from '../../capabilities/journal/data.ts';

/** What an operator is told about the old master of a failover: sentences, each a line. */
export interface OldMasterWords {
  /** It took writes, or has transactions that the new master lacks. */
  readonly problems: readonly string[];
  readonly remarks: readonly string[];
}

/** `master` is the new master's name. */
export function aboutOld(old: OldMaster, master: string): OldMasterWords {
  const name = nameOf(old.server);
  const surplus = surplusWords(old, master);
  const lost = (old.surplus?.transactions ?? 0) > 0;
  if (old.state === 'silent') return { problems: [], remarks: silentWords(old, master) };
  if (old.state === 'open') {
    const why = oneLine(old.why ?? '');
    const now = `close it at once (SET GLOBAL read_only = 1)`;
    return { problems: [`TWO MASTERS: ${name} takes writes too, and was not closed: ${why}; ${now}`], remarks: [] };
  }
  if (old.state === 'closed') {
    const [sessions, events] = [counted(old.sessions ?? 0, 'session'), counted(old.events ?? 0, 'event')];
    const found = `TWO MASTERS: ${master} and ${name} both took writes; ${name} was closed`;
    const also = old.why !== undefined && old.surplus ? [oneLine(old.why)] : [];
    const problems = [`${found} (read_only on, ${sessions} ended, ${events} off)`, ...also, ...surplus];
    return { problems, remarks: [] };
  }
  return lost ? { problems: surplus, remarks: [] } : { problems: [], remarks: surplus };
}

function silentWords({ server, why, upTo, fenced }: OldMaster, master: string): string[] {
  const name = nameOf(server);
  const command = `mha_fence --command=release --host=${server.host} --port=${server.port}`;
  const release = `it was fenced: ${command} lets it start again; first write read_only = 1 into its configuration`;
  const known = upTo ? `${master} has its transactions up to ${upTo}; ` : '';
  return [
    `${name} could not be asked: ${oneLine(why ?? 'no answer')}`,
    `${known}whether it has ${upTo ? 'later ones' : `transactions that ${master} lacks`} is not known`,
    ...(fenced ? [release] : []),
    `once it answers again: mha_recover closes it if it takes writes, and says what only it has`,
  ];
}

function surplusWords(old: OldMaster, master: string): string[] {
  const name = nameOf(old.server);
  const { surplus } = old;
  if (!surplus) return [`what only ${name} has is not known: ${oneLine(old.why ?? 'it was not compared')}`];
  if (surplus.transactions === 0) return [`${name} has no transaction that ${master} lacks`, ...wayBack(old, master)];
  return [`${amount(surplus)} only on ${name}, lost to ${master}: ${surplus.which}`, ...wayBack(old, master)];
}

function amount({ transactions, exact }: Surplus): string {
  const are = transactions === 1 ? 'is' : 'are';
  return `${exact === 'exact' ? '' : `${exact} `}${counted(transactions, 'transaction')} ${are}`;
}

/** How an old master becomes a replica again, and what only it has is brought back. The only place that says so. */
export function wayBack({ server, surplus }: OldMaster, master: string): string[] {
  const page = 'docs/what-if.md, "the old master came back"';
  if (surplus && surplus.transactions > 0)
    return [`they are in the binlog of ${nameOf(server)}: read them there before it is rebuilt as a replica (${page})`];
  return [`make it a replica of ${master} (${page})`];
}
