import { nameOf } from '../../../base/server.ts';
import { oneLine } from '../../../base/text.ts';
import type { Channel } from '../../../capabilities/replication/status.ts';
import { meaningOf } from '../meanings.ts';
import { isMaster, type Link, masterName, roleOf, type ServerStatus } from '../serverStatus.ts';
import { unreachable } from '../unreachable.ts';
import { type Block, blank, type Cell, type Remark, type Tone } from './block.ts';
import { positionText } from './positions.ts';
import { ownCells, readerCells } from './serverCells.ts';

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
  const position = { id: `${name} own`, text: positionText(status.binlog) };
  if (links.length === 0) return [{ ...first, state: state(roleOf(one)), position }];
  const master = isMaster(one) ? 'master, ' : '';
  const head = { ...first, state: state(`${master}${links.length} channels`), position: blank(name) };
  return [head, ...links.map((link) => channelBlock(name, link))];
}

function channelBlock(server: string, link: Link): Block {
  const { name } = link.channel;
  return replicaBlock(`  ${name || '(no name)'}`, `replica of ${masterName(link)}`, link, [], `${server} ${name}`);
}

function replicaBlock(name: string, role: string, link: Link, own: readonly Cell[], id = name): Block {
  const { channel, sync } = link;
  const tone: Tone = sync.state === 'inSync' ? 'good' : 'warn';
  return {
    ...{ name, role, state: stateCell(id, channel) },
    position: { id: `${id} executed`, text: positionText(channel.executed), tone },
    lag: lagCell(id, channel),
    details: [{ id: `${id} read`, text: readText(channel) }, ...own],
    remarks: channel.errors.flatMap(errorRemarks),
  };
}

function readText({ read, executed }: Channel): string {
  if (!read) return 'nothing read yet';
  return positionText(read) === positionText(executed) ? 'all read is executed' : `read ${positionText(read)}`;
}

function stateCell(id: string, { io, sql }: Channel): Cell {
  const tone: Tone = io === 'Yes' && sql === 'Yes' ? 'good' : io === 'No' || sql !== 'Yes' ? 'bad' : 'warn';
  return { id: `${id} state`, text: `IO/SQL:${io}/${sql}`, tone };
}

function lagCell(id: string, { secondsBehind, delay }: Channel): Cell {
  const text = `${secondsBehind === undefined ? '-' : `${secondsBehind} s`}${delay > 0 ? ` (delayed ${delay} s)` : ''}`;
  return { id: `${id} lag`, text, tone: secondsBehind ? 'warn' : undefined };
}

function errorRemarks({ thread, code, text }: Channel['errors'][number]): Remark[] {
  const meaning = meaningOf(code, text);
  const error: Remark = { label: `${thread} error ${code}`, text, tone: 'bad' };
  if (!meaning) return [error];
  const now = meaning.now.map((text): Remark => ({ label: '-', text }));
  return [error, { label: 'means', text: meaning.means }, ...now];
}
