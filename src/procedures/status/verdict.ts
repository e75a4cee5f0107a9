import { type Endpoint, nameOf } from '../../base/server.ts';
import { counted, oneLine } from '../../base/text.ts';
import type { Channel } from '../../capabilities/replication/status.ts';
import { leftoverProblems } from './leftovers.ts';
import { type Link, masterName, type ServerStatus } from './serverStatus.ts';
import { splitVerdict } from './split.ts';
import { compareLogs, distanceText, positionText } from './text/positions.ts';

/** About all servers together. */
interface Verdict {
  /** All servers answered, every replica replicates, and all are in sync. */
  readonly ok: boolean;
  /** Whether all replicas are in sync; undefined if it is not known. */
  readonly inSync: boolean | undefined;
  readonly headline: string;
  /** A sentence each. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

export function verdictOf(seen: readonly ServerStatus[]): Verdict {
  const links = seen.flatMap((one) => one.links.map((link) => ({ one, link })));
  const split = splitVerdict(seen);
  const problems = [
    ...(split?.problems ?? []),
    ...seen.flatMap((one) => serverProblems(one, seen)),
    ...links.flatMap(linkProblems),
    ...seen.flatMap(leftoverProblems),
    ...(links.length === 0 && seen.every((one) => one.status) ? [NO_REPLICAS] : []),
  ];
  const states = links.map(({ link }) => link.sync.state);
  const known = states.length > 0 && !states.includes('unknown');
  const inSync = states.includes('behind') ? false : known || undefined;
  const ok = problems.length === 0 && inSync === true;
  const notes = [...links.flatMap(ownNotes), ...seen.flatMap(closedNotes), ...furthestNotes(seen)];
  return { ok, inSync, headline: split?.headline ?? headline(ok, inSync, links), problems, notes };
}

const NO_REPLICAS = 'none of these servers is a replica: there is nothing to compare';

function headline(ok: boolean, inSync: boolean | undefined, found: readonly { link: Link }[]): string {
  if (inSync === false) return 'NOT level:';
  if (inSync === undefined) return 'NOT known whether all are level:';
  if (!ok) return 'Level at this moment, but NOT all is well:';
  const links = found.map(({ link }) => link);
  const masters = [...new Set(links.map(masterName))];
  const each = masters.length === 1 ? masters.join('') : `their masters (${masters.join(', ')})`;
  const what = links.some((l) => l.channel.name !== '') ? 'channel' : 'replica';
  if (links.length === 1) return `The ${what} replicates and is level with ${each}.`;
  const all = links.length === 2 ? `Both ${what}s` : `All ${counted(links.length, what)}`;
  return `${all} replicate and are level with ${each}.`;
}

function serverProblems(
  { server, status, failure, links, replicas }: ServerStatus,
  seen: readonly ServerStatus[],
): string[] {
  const name = nameOf(server);
  if (!status) return [`${name} cannot be asked: ${oneLine(failure?.reason ?? 'no answer')}`];
  if (status.refused.length > 0) return [...status.refused].map(oneLine);
  if (links.length > 0 || replicas.length > 0 || seen.length === 1) return [];
  return [`${name} replicates from nobody, and none of the others from it`];
}

function linkProblems({ one, link }: { one: ServerStatus; link: Link }): string[] {
  const { channel, sync } = link;
  const who = `${nameOf(one.server)}${channel.name === '' ? '' : ` (${channel.name})`}`;
  const from = masterName(link);
  const stopped = threadsText(channel);
  return [
    ...(stopped === undefined ? [] : [`${who} does not replicate from ${from}: ${stopped}`]),
    ...(sync.state === 'behind' ? [`${who} is ${distanceText(sync.by)} behind ${from}${late(channel)}`] : []),
    ...(sync.state === 'unknown' ? [`${who}: not known whether it is level with ${from}: ${sync.why}`] : []),
  ];
}

function late({ secondsBehind, delay }: Channel): string {
  const seconds = secondsBehind === undefined ? '' : `, ${secondsBehind} s`;
  return delay > 0 ? `${seconds} (kept ${delay} s behind on purpose)` : seconds;
}

/** Which threads do not run; undefined if both run. */
function threadsText({ io, sql, errors }: Channel): string | undefined {
  const error = (thread: string) => {
    const found = errors.find((e) => e.thread === thread);
    return found ? ` (error ${found.code})` : '';
  };
  const words = io === 'No' ? 'is stopped' : `is ${io.toLowerCase()}`;
  const parts = [
    ...(io === 'Yes' ? [] : [`its IO thread ${words}${error('IO')}`]),
    ...(sql === 'Yes' ? [] : [`its SQL thread is stopped${error('SQL')}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** Such transactions would stop or confuse the other servers if this one became the master. */
function ownNotes({ one, link }: { one: ServerStatus; link: Link }): string[] {
  if (link.ownTransactions === 0) return [];
  const what = `${counted(link.ownTransactions, 'transaction')} of its own that ${masterName(link)} does not have`;
  return [`Note: ${nameOf(one.server)} has written ${what}. It should be read_only.`];
}

function closedNotes({ server, status, links, replicas }: ServerStatus): string[] {
  if (!status?.readOnly || links.length > 0 || replicas.length === 0) return [];
  return [`Note: ${nameOf(server)} is the master and read_only: the applications cannot write.`];
}

/** Which replica of a master that cannot be asked has received the most. */
function furthestNotes(seen: readonly ServerStatus[]): string[] {
  const orphans = new Map<string, { server: Endpoint; channel: Channel }[]>();
  for (const { server, links } of seen) {
    for (const link of links) {
      const asked = seen.find((s) => s.server === link.master);
      if (asked?.status || !link.channel.read) continue;
      const from = masterName(link);
      orphans.set(from, [...(orphans.get(from) ?? []), { server, channel: link.channel }]);
    }
  }
  return [...orphans]
    .filter(([, replicas]) => replicas.length > 1)
    .flatMap(([from, replicas]) => furthest(from, replicas));
}

function furthest(from: string, replicas: readonly { server: Endpoint; channel: Channel }[]): string[] {
  const at = ({ channel }: { channel: Channel }) => channel.read ?? { file: '', position: 0 };
  const [first] = [...replicas].sort((a, b) => compareLogs(at(b), at(a))?.order ?? 0);
  if (!first || replicas.some((r) => compareLogs(at(r), at(first)) === undefined)) return [];
  const less = replicas.filter((r) => (compareLogs(at(r), at(first))?.order ?? 0) < 0);
  const place = positionText(first.channel.read);
  if (less.length === 0) return [`Of ${from}, all ${replicas.length} replicas have received the same: up to ${place}.`];
  const others = less.map(
    (r) => `${nameOf(r.server)} ${distanceText(compareLogs(at(r), at(first))?.distance ?? {})} less`,
  );
  return [`Of ${from}, ${nameOf(first.server)} has received the most, up to ${place}; ${others.join(', ')}.`];
}
