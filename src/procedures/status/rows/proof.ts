import { counted } from '../../../base/text.ts';
import type { DeadMaster, Survivor, Verdict } from './decide.ts';

/** What the comparison of all survivors showed; `problems` if rows are missing. */
export interface RowProof {
  readonly problems: readonly string[];
  readonly lines: readonly string[];
}

/** In words; one verdict for each survivor, in the same order. No I/O. */
export function rowProof(all: readonly Survivor[], verdicts: readonly Verdict[], dead: DeadMaster): RowProof {
  const each = all.map((server, index) => ({ server, verdict: verdicts[index] as Verdict }));
  const complete = each.filter(({ verdict }) => verdict.state === 'complete').length;
  const others = each.filter(({ verdict }) => verdict.state === 'coming' || verdict.state === 'unknown');
  const compared = `rows: ${counted(complete, 'server')} compared`;
  const alike = `${complete === all.length ? 'each has' : 'with'} every transaction that another one has`;
  return {
    problems: each.flatMap(({ server, verdict }) =>
      verdict.state === 'lacking' ? [lackingSentence(server, verdict, dead)] : [],
    ),
    lines: [
      ...(complete > 0 ? [`${compared}, ${alike} of ${dead.name}`] : []),
      ...others.map(({ server, verdict }) => `rows of ${server.name}: ${otherText(verdict)}`),
    ],
  };
}

function lackingSentence(
  { name, isNewMaster }: Survivor,
  { transactions, from }: Extract<Verdict, { transactions: number }>,
  dead: DeadMaster,
): string {
  const who = `${isNewMaster ? 'the new master ' : ''}${name}`;
  const advice = isNewMaster
    ? `${from} has them in its binlog: see "rows are missing" in docs/what-if.md before you write anything by hand`
    : `replication never brings them: keep readers away from ${name} and build it anew`;
  return `ROWS ARE MISSING: ${who} lacks ${counted(transactions, 'transaction')} of ${dead.name} that ${from} has; ${advice}`;
}

function otherText(verdict: Verdict): string {
  if (verdict.state === 'unknown') return `not compared: ${verdict.why}`;
  if (verdict.state !== 'coming') return '';
  const what = `${counted(verdict.transactions, 'transaction')} that ${verdict.from} has are still coming`;
  return `${what}; watch it with mysql_replica_status`;
}
