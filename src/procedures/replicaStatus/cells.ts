import { nameOf } from '../../base/server.ts';
import { oneLine } from '../../base/text.ts';
import type {
  GtidState,
  ReplicaChannel,
  ReplicationStatus,
  SemiSyncSide,
} from '../../capabilities/replicaStatus/types.ts';
import type { Link, ServerStatus } from './look.ts';
import { meaningOf } from './meanings.ts';
import { count, positionText } from './positions.ts';
import { masterName } from './verdict.ts';

export type Tone = 'good' | 'bad' | 'warn';

/** One value on the screen; `id` is the same at the next look, so that what moved can be marked. */
export interface Cell {
  readonly id: string;
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** A server, or one of several channels of it: a main line in columns, then what else there is to say. */
export interface Block {
  readonly name: string;
  readonly role: string;
  readonly state: Cell;
  readonly position: Cell;
  readonly lag: Cell;
  readonly details: readonly Cell[];
  readonly remarks: readonly Remark[];
}

/** Longer text with a word in front: an error, what it means, what to do. */
export interface Remark {
  readonly label: string;
  readonly text: string;
  readonly tone?: Tone;
}

/**
 * `master`, `replica of HOST:PORT`, both, `alone`; `not reachable`, or `?` where the account may not see it. Connections
 * that read the binlog of a replica prove nothing: they linger after a switch, when its replicas have left.
 */
export function roleOf({ status, links, replicas }: ServerStatus): string {
  if (!status) return 'not reachable';
  const master = isMaster({ status, links, replicas });
  const of = links.map(masterName);
  if (of.length > 0) return `${master ? 'master, ' : ''}replica of ${of.join(' and ')}`;
  return master ? 'master' : status.refused.length > 0 ? '?' : 'alone';
}

function isMaster({ status, links, replicas }: Pick<ServerStatus, 'status' | 'links' | 'replicas'>): boolean {
  return replicas.length > 0 || (links.length === 0 && (status?.dumpThreads ?? 0) > 0);
}

/** What is shown of a server, in order. */
export function blocksOf(one: ServerStatus): Block[] {
  const { status, links } = one;
  const name = nameOf(one.server);
  if (!status) return [unreachable(name, one)];
  const own = [...ownCells(name, status, one), ...readerCells(name, status, one)];
  const [only] = links;
  if (only && links.length === 1) {
    const named = only.channel.name === '' ? [] : [{ id: `${name} channel`, text: `channel ${only.channel.name}` }];
    return [replicaBlock(name, roleOf(one), only, [...named, ...own])];
  }
  const remarks = status.refused.map((text): Remark => ({ label: '', text: oneLine(text), tone: 'bad' }));
  const first = { name, role: '', lag: blank(name), details: own, remarks };
  const state = (text: string): Cell => ({ id: `${name} state`, text });
  if (links.length === 0) {
    return [
      { ...first, state: state(roleOf(one)), position: { id: `${name} own`, text: positionText(status.binlog) } },
    ];
  }
  const master = roleOf(one).startsWith('master') ? 'master, ' : '';
  const head = { ...first, state: state(`${master}${links.length} channels`), position: blank(name) };
  return [head, ...links.map((link) => channelBlock(name, link))];
}

function channelBlock(server: string, link: Link): Block {
  const { name } = link.channel;
  const label = name === '' ? '(no name)' : name;
  return replicaBlock(`  ${label}`, `replica of ${masterName(link)}`, link, [], `${server} ${name}`);
}

function blank(name: string): Cell {
  return { id: `${name} none`, text: '' };
}

function unreachable(name: string, { failure }: ServerStatus): Block {
  const meaning = HERE.get(String(failure?.code)) ?? meaningOf(failure?.code, failure?.reason ?? '')?.means;
  return {
    ...{ name, role: '', lag: blank(name), position: blank(name), details: [] },
    state: { id: `${name} state`, text: 'not reachable', tone: 'bad' },
    remarks: [
      {
        label: 'error',
        text: oneLine(failure?.reason ?? ''),
        tone: 'bad',
      },
      ...(meaning === undefined ? [] : [{ label: 'means', text: meaning }]),
    ],
  };
}

/** The driver's codes, and the server's where it is this command and no replica that is refused. */
const HERE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'The host answers, and nothing listens on that port: is the server running, is the port right?'],
  ['ETIMEDOUT', 'No answer at all: the host is down, or a firewall or a cut network lies between here and there.'],
  ['EHOSTUNREACH', 'There is no way to that host: it is down, or the network is cut.'],
  ['ENETUNREACH', 'There is no way to that network from here.'],
  ['ENOTFOUND', 'The name does not resolve: is it spelled right?'],
  [
    'HANDSHAKE_NO_SSL_SUPPORT',
    'The server offers no TLS: set ssl_cert and ssl_key there, or connect without (--ssl=no).',
  ],
  ['EAI_AGAIN', 'The name server gives no answer now.'],
  ['1045', 'The server refuses this login: check user and password, and whether the account may come from this host.'],
  ['1130', 'The server lets nobody in from this host: create the account for its address.'],
  ['1040', 'The server has no connection left (max_connections).'],
]);

function replicaBlock(name: string, role: string, link: Link, own: readonly Cell[], id = name): Block {
  const { channel, level } = link;
  const tone: Tone = level.state === 'level' ? 'good' : 'warn';
  return {
    ...{ name, role, state: stateCell(id, channel) },
    position: { id: `${id} executed`, text: positionText(channel.executed), tone },
    lag: lagCell(id, channel),
    details: [{ id: `${id} read`, text: readText(channel) }, ...own],
    remarks: channel.errors.flatMap(errorRemarks),
  };
}

function readText({ read, executed }: ReplicaChannel): string {
  if (!read) return 'nothing read yet';
  return positionText(read) === positionText(executed) ? 'all read is executed' : `read ${positionText(read)}`;
}

function stateCell(id: string, { io, sql }: ReplicaChannel): Cell {
  const tone: Tone = io === 'Yes' && sql === 'Yes' ? 'good' : io === 'No' || sql !== 'Yes' ? 'bad' : 'warn';
  return { id: `${id} state`, text: `IO/SQL:${io}/${sql}`, tone };
}

function lagCell(id: string, { secondsBehind, delay }: ReplicaChannel): Cell {
  const text = secondsBehind === undefined ? '-' : `${secondsBehind} s`;
  return {
    id: `${id} lag`,
    text: delay > 0 ? `${text} (delayed ${delay} s)` : text,
    tone: secondsBehind ? 'warn' : undefined,
  };
}

function errorRemarks({ thread, code, text }: ReplicaChannel['errors'][number]): Remark[] {
  const meaning = meaningOf(code, text);
  const error: Remark = { label: `${thread} error ${code}`, text, tone: 'bad' };
  if (!meaning) return [error];
  const now = meaning.now.map((text): Remark => ({ label: '-', text }));
  return [error, { label: 'means', text: meaning.means }, ...now];
}

/** The server's own side. A replica that takes writes, and a master that does not, stand out. */
function ownCells(name: string, status: ReplicationStatus, one: ServerStatus): Cell[] {
  const isReplica = one.links.length > 0;
  const { readOnly, superReadOnly, binlog, semiSyncSource, semiSyncReplica } = status;
  const closed = superReadOnly ? 'super_read_only' : readOnly ? 'read_only' : 'takes writes';
  const cells: Cell[] = [
    {
      id: `${name} ro`,
      text: closed,
      tone: isReplica !== readOnly && (isReplica || isMaster(one)) ? 'warn' : undefined,
    },
    ...(isReplica ? [{ id: `${name} own`, text: `own binlog ${positionText(binlog)}` }] : []),
    ...gtidCells(name, status.gtid),
  ];
  const clients = semiSyncSource?.on ? `, ${count(semiSyncSource.clients, 'replica')} to acknowledge` : '';
  const sides = [
    { id: `${name} source`, text: semiText('source', semiSyncSource, clients), tone: fallen(semiSyncSource) },
    {
      id: `${name} replica`,
      text: semiText('replica', semiSyncReplica, ''),
      tone: isReplica ? fallen(semiSyncReplica) : undefined,
    },
  ];
  return [...cells, ...sides.filter((cell) => cell.text !== '')];
}

/** Those that read the binlog of a replica, and are none of the servers that were asked. */
function readerCells(name: string, { dumpThreads }: ReplicationStatus, { links, replicas }: ServerStatus): Cell[] {
  if (links.length === 0 || replicas.length > 0 || dumpThreads === 0) return [];
  return [{ id: `${name} readers`, text: `binlog read by ${count(dumpThreads, 'connection')}` }];
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

/** Server UUIDs by their first eight digits: the rest tells nobody anything. */
function compact(set: string): string {
  return oneLine(set.replace(/\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '$1').replaceAll(',', ', '));
}
