import { counted } from '../../base/text.ts';
import { lackedBy } from '../../capabilities/replication/gtids.ts';
import type { Progress } from '../../capabilities/replication/status.ts';

/** A server that takes writes, with its own position. */
export type Writer = Pick<Progress, 'gtid' | 'binlog'> & { readonly name: string };

/** Where each of two masters is, and how many transactions it has that the other lacks, if their GTIDs say so. */
export function compareWriters(one: Writer, other: Writer): string[] {
  return [sentence(one, other), sentence(other, one)];
}

function sentence(one: Writer, other: Writer): string {
  const lacking = lackedBy(other.gtid, one.gtid);
  const where = [one.gtid.executed || one.gtid.binlog || [], fileOf(one)].flat().join(', ');
  const at = `${one.name} is at ${where || 'an unknown position'}`;
  if (!lacking) return `${at}; how many transactions it has that ${other.name} lacks cannot be determined`;
  const which = lacking.gtids === '' ? '' : ` (${lacking.gtids})`;
  return `${at} and has ${counted(lacking.transactions, 'transaction')} that ${other.name} lacks${which}`;
}

function fileOf({ binlog }: Writer): string | never[] {
  return binlog ? `${binlog.file}:${binlog.position}` : [];
}
