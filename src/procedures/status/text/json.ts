import { nameOf } from '../../../base/server.ts';
import { oneLine } from '../../../base/text.ts';
import type { ReplicationStatus } from '../../../capabilities/replication/status.ts';
import { meaningOf } from '../meanings.ts';
import { type Link, masterName, roleOf, type ServerStatus } from '../serverStatus.ts';
import { verdictOf } from '../verdict.ts';

/**
 * One look as plain data for JSON. Every key is always present: null if the value is not known or this kind of server
 * does not have it. Positions are `{file, position}`, GTIDs as the server prints them, without white space.
 */
export function statusJson(seen: readonly ServerStatus[], at: Date): object {
  const { ok, inSync, headline, problems, notes } = verdictOf(seen);
  const split = seen.filter((one) => one.split).map(({ server }) => nameOf(server));
  const verdict = { ok, level: inSync ?? null, headline, two_masters: split, problems, notes };
  return { at: at.toISOString(), ...verdict, servers: seen.map(serverJson) };
}

function serverJson(one: ServerStatus): object {
  const { server, status, failure, links, replicas } = one;
  return {
    server: nameOf(server),
    host: server.host,
    port: server.port,
    reachable: status !== undefined,
    error: failure ? { code: failure.code ?? null, text: oneLine(failure.reason) } : null,
    role: roleOf(one),
    replicas: replicas.map(nameOf),
    refused: status?.refused ?? [],
    ...ownJson(status),
    channels: links.map(linkJson),
    leftover_channels: (one.leftovers ?? []).map(linkJson),
  };
}

function ownJson(status: ReplicationStatus | undefined): object {
  const { gtid, semiSyncSource: source, semiSyncReplica: replica } = status ?? {};
  return {
    version: status?.version ?? null,
    server_id: status?.serverId ?? null,
    server_uuid: status?.uuid ?? null,
    read_only: status?.readOnly ?? null,
    super_read_only: status?.superReadOnly ?? null,
    binlog: status?.binlog ?? null,
    gtid_current_pos: gtid?.current ?? null,
    gtid_binlog_pos: gtid?.binlog ?? null,
    gtid_slave_pos: gtid?.slave ?? null,
    gtid_executed: gtid?.executed ?? null,
    semi_sync_source: source ? { on: source.on, in_effect: source.inEffect, clients: source.clients } : null,
    semi_sync_replica: replica ? { on: replica.on, in_effect: replica.inEffect } : null,
  };
}

function linkJson(link: Link): object {
  const { channel, sync } = link;
  const by = sync.state === 'behind' ? sync.by : {};
  return {
    name: channel.name,
    master: masterName(link),
    io: channel.io,
    sql: channel.sql,
    read: channel.read ?? null,
    executed: channel.executed ?? null,
    uses_gtid: channel.usesGtid,
    seconds_behind: channel.secondsBehind ?? null,
    delay: channel.delay,
    level: sync.state === 'inSync' ? 'level' : sync.state,
    level_why: sync.state === 'unknown' ? sync.why : null,
    behind_bytes: by.bytes ?? null,
    behind_files: by.files ?? null,
    behind_transactions: by.transactions ?? null,
    own_transactions: link.ownTransactions,
    errors: channel.errors.map((e) => ({ ...e, ...(meaningOf(e.code, e.text) ?? { means: null, now: [] }) })),
  };
}
