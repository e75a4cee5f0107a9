import { error, type Finding, note, warning } from '../../../../base/finding.ts';
import { isOn, readStatus, readVariables, type Values } from '../../../../capabilities/variables.ts';
import type { Check, CheckContext, CheckedServer } from '../../context.ts';
import { answersOf, candidatesOf, whereOf } from '../each.ts';

/** Semi-synchronous replication: commits that wait for an acknowledgement hold up `SET GLOBAL read_only`. */
export const semisync: Check = {
  title: 'semi-synchronous replication',
  run: async (context) => {
    const { answers, failed } = await answersOf(context.servers, readSemiSync);
    return [...failed, ...onMaster(context, answers), ...onCandidates(context, answers)];
  },
};

interface SemiSync {
  /** As a master: commits wait for acknowledgements, once enough replicas take part. */
  readonly waits: boolean;
  /** False if it has fallen back to asynchronous replication. */
  readonly active: boolean;
  readonly timeoutMs: number;
  /** How many replicas acknowledge now, and how many must. */
  readonly clients: number;
  readonly needed: number;
  /** As a replica: it acknowledges. */
  readonly acknowledges: boolean;
}

const VARIABLES = ['enabled', 'timeout', 'wait_for_slave_count', 'wait_for_replica_count'];

async function readSemiSync({ session }: CheckedServer): Promise<SemiSync> {
  const both = (names: readonly string[]) =>
    names.flatMap((name) => ['master', 'source'].map((word) => `rpl_semi_sync_${word}_${name}`));
  const replicas = ['rpl_semi_sync_slave_enabled', 'rpl_semi_sync_replica_enabled'];
  const variables = await readVariables(session, [...both(VARIABLES), ...replicas]);
  return semiSyncOf(variables, await readStatus(session, both(['status', 'clients'])));
}

/** The plugin's variables are absent if it is not installed. */
export function semiSyncOf(variables: Values, status: Values): SemiSync {
  const of = (values: Values, name: string) =>
    values.get(`rpl_semi_sync_source_${name}`) ?? values.get(`rpl_semi_sync_master_${name}`);
  const count = of(variables, 'wait_for_replica_count') ?? of(variables, 'wait_for_slave_count');
  const replica = variables.get('rpl_semi_sync_replica_enabled') ?? variables.get('rpl_semi_sync_slave_enabled');
  return {
    waits: isOn(of(variables, 'enabled')),
    active: isOn(of(status, 'status')),
    timeoutMs: Number(of(variables, 'timeout') ?? 0),
    clients: Number(of(status, 'clients') ?? 0),
    needed: Number(count ?? 1),
    acknowledges: isOn(replica),
  };
}

function onMaster({ master, settings }: CheckContext, seen: ReadonlyMap<CheckedServer, SemiSync>): Finding[] {
  const state = master && seen.get(master);
  return master && state ? waiting(whereOf(master), state, settings.statementMs) : [];
}

/** Whether commits on the master may wait longer than one of our statements (`statement_timeout`). */
export function waiting(where: string, state: SemiSync, statementMs: number): Finding[] {
  const { waits, active, clients, needed, timeoutMs } = state;
  if (!waits) return [];
  const seconds = `${timeoutMs / 1000} s`;
  const lower = 'lower the timeout';
  const tooLong = timeoutMs > statementMs;
  if (active && clients < needed) {
    const text = `a commit waits ${seconds} for ${needed} acknowledgements, and ${clients} replicas give any; SET GLOBAL read_only waits behind it`;
    const advice = `make semi-sync run on the replicas (restart their IO thread), or ${lower}`;
    return [(tooLong ? error : warning)('semisync_hangs', where, text, advice)];
  }
  if (!tooLong) return [];
  const text = `semi-sync: a commit waits up to ${seconds} once a replica is lost, longer than statement_timeout (${statementMs / 1000} s)`;
  return [warning('semisync_timeout', where, text, `${lower}: read_only waits behind it`)];
}

/** Candidates that as the master would wait for acknowledgements, or for none although the master does. */
function onCandidates(context: CheckContext, seen: ReadonlyMap<CheckedServer, SemiSync>): Finding[] {
  const master = context.master && seen.get(context.master);
  return candidatesOf(context).flatMap((server): Finding[] => {
    const state = seen.get(server);
    const where = whereOf(server);
    if (!state) return [];
    const giving = [...seen].filter(([other, { acknowledges }]) => other !== server && acknowledges).length;
    if (state.waits && giving < state.needed) {
      const text = `as the master it would wait ${state.timeoutMs / 1000} s for ${state.needed} acknowledgements, and ${giving} other servers have semi-sync on as replicas`;
      const advice = 'switch it on at the other servers, or off here: the first commits after a switch hang';
      return [warning('semisync_candidate', where, text, advice)];
    }
    if (!master?.waits || state.waits) return [];
    const text = 'semi-sync is on at the master and off here: after a switch to this server commits wait for nobody';
    return [note('semisync_off', where, text, 'switch it on here as well')];
  });
}
