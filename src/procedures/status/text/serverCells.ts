import { counted, oneLine } from '../../../base/text.ts';
import type { GtidState, ReplicationStatus, SemiSyncSide } from '../../../capabilities/replication/status.ts';
import { isMaster, type ServerStatus } from '../serverStatus.ts';
import type { Cell, Tone } from './block.ts';
import { positionText } from './positions.ts';

/** The server's own state. A replica that takes writes, and a master that does not, are highlighted. */
export function ownCells(name: string, status: ReplicationStatus, one: ServerStatus): Cell[] {
  const isReplica = one.links.length > 0;
  const { readOnly, superReadOnly, binlog, semiSyncSource, semiSyncReplica } = status;
  const closed = superReadOnly ? 'super_read_only' : readOnly ? 'read_only' : 'takes writes';
  const wrong = isReplica !== readOnly && (isReplica || isMaster(one));
  const cells: Cell[] = [
    { id: `${name} ro`, text: closed, tone: wrong ? 'warn' : undefined },
    ...(isReplica ? [{ id: `${name} own`, text: `own binlog ${positionText(binlog)}` }] : []),
    ...gtidCells(name, status.gtid),
  ];
  const clients = semiSyncSource?.on ? `, ${counted(semiSyncSource.clients, 'replica')} to acknowledge` : '';
  const replicaTone = isReplica ? fallen(semiSyncReplica) : undefined;
  const sides = [
    { id: `${name} source`, text: semiText('source', semiSyncSource, clients), tone: fallen(semiSyncSource) },
    { id: `${name} replica`, text: semiText('replica', semiSyncReplica, ''), tone: replicaTone },
  ];
  return [...cells, ...sides.filter((cell) => cell.text !== '')];
}

/** Connections that read a replica's binlog and belong to none of the servers asked. */
export function readerCells(
  name: string,
  { dumpThreads }: ReplicationStatus,
  { links, replicas }: ServerStatus,
): Cell[] {
  if (links.length === 0 || replicas.length > 0 || dumpThreads === 0) return [];
  return [{ id: `${name} readers`, text: `binlog read by ${counted(dumpThreads, 'connection')}` }];
}

function semiText(what: string, side: SemiSyncSide | undefined, more: string): string {
  if (!side?.on) return '';
  return `semi-sync ${what} on${side.inEffect ? ', in effect' : ', NOT in effect'}${more}`;
}

function fallen(side: SemiSyncSide | undefined): Tone | undefined {
  return side?.on && !side.inEffect ? 'warn' : undefined;
}

function gtidCells(name: string, { current, binlog, executed }: GtidState): Cell[] {
  if (executed !== undefined) return executed === '' ? [] : [{ id: `${name} gtid`, text: `gtid ${compact(executed)}` }];
  const cells = [
    { id: `${name} gtid`, text: current ? `gtid ${current}` : '' },
    { id: `${name} gtid_binlog`, text: binlog && binlog !== current ? `gtid in binlog ${binlog}` : '' },
  ];
  return cells.filter((cell) => cell.text !== '');
}

/** Shortens server UUIDs to their first eight digits. */
function compact(set: string): string {
  return oneLine(set.replace(/\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '$1').replaceAll(',', ', '));
}
