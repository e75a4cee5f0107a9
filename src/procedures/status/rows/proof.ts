import { counted } from '../../../base/text.ts';
import type { DeadMaster, Survivor, Verdict } from './decide.ts';

/** What the comparison of all survivors showed; `problems` if rows are missing, or not there yet. */
export interface RowProof {
  readonly problems: readonly string[];
  readonly lines: readonly string[];
}

/** In words; one verdict for each survivor, in the same order. No I/O. */
export function rowProof(all: readonly Survivor[], verdicts: readonly Verdict[], dead: DeadMaster): RowProof {
  const each = all.map((server, index) => ({ server, verdict: verdicts[index] as Verdict }));
  const complete = each.filter(({ verdict }) => verdict.state === 'complete').length;
  const compared = `rows: ${counted(complete, 'server')} compared`;
  const alike = `${complete === all.length ? 'each has' : 'with'} every transaction that another one has`;
  return {
    problems: each.flatMap(({ server, verdict }) => {
      if (verdict.state === 'lacking') return [lackingSentence(server, verdict, dead)];
      return verdict.state === 'coming' ? [comingSentence(server, verdict, dead)] : [];
    }),
    lines: [
      ...(complete > 0 ? [`${compared}, ${alike} of ${dead.name}`] : []),
      ...each.flatMap(({ server, verdict }) =>
        verdict.state === 'unknown' ? [`rows of ${server.name}: not compared: ${verdict.why}`] : [],
      ),
    ],
  };
}

type Lacks = Extract<Verdict, { transactions: number }>;

function lackingSentence(server: Survivor, { transactions, from }: Lacks, dead: DeadMaster): string {
  const { name, isNewMaster } = server;
  const advice = isNewMaster
    ? `${from} has them in its binlog: see "rows are missing" in docs/what-if.md before you write anything by hand`
    : `replication never brings them: keep readers away from ${name} and build it anew`;
  return `ROWS ARE MISSING: ${lack(server, transactions, from, dead)}; ${advice}`;
}

/** They were not there when the wait for them ended. */
function comingSentence(server: Survivor, { transactions, from }: Lacks, dead: DeadMaster): string {
  const when = server.connecting ? 'replication brings them once it connects' : 'replication brings them';
  return `rows are still coming: ${lack(server, transactions, from, dead)}; ${when}: watch it with mysql_replica_status`;
}

function lack({ name, isNewMaster }: Survivor, transactions: number, from: string, dead: DeadMaster): string {
  const who = `${isNewMaster ? 'the new master ' : ''}${name}`;
  return `${who} lacks ${counted(transactions, 'transaction')} of ${dead.name} that ${from} has`;
}
