import type { ProcessMark } from '../../adapters/machine.ts';
import { sameProcess } from '../../adapters/machine.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { chart } from '../../procedures/report/chart.ts';
import { type ReadRecord, recordsOf, type SwitchRecord } from '../../procedures/report/records.ts';
import { inColour } from '../cli/terminal.ts';

/** The newest first; each is read when it is asked for. */
export function clusterRecords(cluster: Cluster): AsyncGenerator<SwitchRecord> {
  return recordsOf(recordFolders(cluster), { conf: cluster.config.file, servers: cluster.servers });
}

export function recordFolders(cluster: Cluster): string[] {
  return [...new Set(cluster.servers.map((s) => cluster.settingsOf(s).journalDir))];
}

/** The newest record that `fits`, of those begun at `since` or later. */
export async function newestRecord(
  cluster: Cluster,
  since: Date,
  fits: (record: ReadRecord) => boolean,
): Promise<ReadRecord | undefined> {
  const oldest = since.toISOString().replace(/[:.]/g, '-');
  for await (const record of clusterRecords(cluster)) {
    if (record.id < oldest && !record.open) return undefined;
    if ('timeline' in record && fits(record)) return record;
  }
  return undefined;
}

/** True if one of these processes, MHA or a wrapper, ran that switch. */
export function ranBy(marks: readonly ProcessMark[]): (record: ReadRecord) => boolean {
  return ({ drivers }) => drivers.some((driver) => marks.some((mark) => sameProcess(mark, driver)));
}

export function chartFor(record: ReadRecord, env: NodeJS.ProcessEnv, options: { remarks?: boolean } = {}): string {
  return chart(record.timeline, { colour: inColour(env), ...options });
}
