import { deadline } from '../../adapters/clock.ts';
import { HelperError, messageOf } from '../../base/errors.ts';
import { endpointOf, nameOf } from '../../base/server.ts';
import type { OldMaster } from '../../capabilities/journal/data.ts';
import { readReadOnly } from '../../capabilities/readOnly.ts';
import { lastOf } from '../../capabilities/replication/gtids.ts';
import { isFrom } from '../../capabilities/replication/masters.ts';
import { readEnd } from '../../capabilities/replication/readStatus.ts';
import type { Channel } from '../../capabilities/replication/status.ts';
import { askWho, inTime, type Observed, observe } from '../../cluster/observe.ts';
import { FENCE_AGE_MS, wasFenced } from '../fence/lastFence.ts';
import { looking, type SwitchContext } from '../switch/context.ts';
import { closeRival } from './close.ts';
import { aboutOldMaster } from './decide.ts';
import { surplusOf } from './surplus.ts';

/** For closing it and for comparing it, in ms. In `start`, MHA waits for that before it repoints the replicas. */
const LIMIT_MS = 5000;
const LOOK_MS = 1000;

/**
 * After a failover, with the new master open: closes the old master if it takes writes (see {@link aboutOldMaster}), and finds
 * out what only it has. `looked` is a fresh look at both; `before` is what an earlier call found. Never throws because of a
 * server. The caller may act on this switch.
 */
export async function askOldMaster(
  context: SwitchContext,
  looked: readonly Observed[],
  before?: OldMaster,
): Promise<OldMaster> {
  const old = looked.find(({ server }) => server === context.origMaster);
  const next = looked.find(({ server }) => server === context.newMaster);
  const channel = next?.identity?.channels.find((c) => isFrom(c, context.origMaster, old?.identity));
  const over = deadline(LIMIT_MS, new HelperError(`no answer within ${LIMIT_MS / 1000} s`));
  const signal = AbortSignal.any([context.signal, over]);
  const limited: SwitchContext = { ...context, signal, sessions: context.sessions.under(signal) };
  const about = { server: endpointOf(context.origMaster), at: context.clock.now().toISOString() };
  const decision = aboutOldMaster({
    newMaster: stateOf(next),
    oldMaster: stateOf(old),
    replicates: channel !== undefined && channel.io !== 'No',
  });
  const since = new Date(context.clock.now().getTime() - FENCE_AGE_MS);
  const fenced = before?.fenced ?? (wasFenced(context.journals, context.origMaster, since) || undefined);
  const known = { ...about, fenced, upTo: before?.upTo, executed: before?.executed ?? channel?.executed };
  if (decision === 'wait') return silent(limited, { ...known, why: old?.failure?.why ?? 'no answer' }, channel);
  if (decision === 'leave') return { ...known, state: 'open', why: whyLeft(context, stateOf(next)) };
  return compared(limited, await (decision === 'close' ? closed(limited, known) : readOnly(known, before)));
}

/** A fresh look at the two masters only. */
export function lookAtMasters(context: SwitchContext): Promise<Observed[]> {
  const { sessions, signal } = looking(context);
  return observe([context.origMaster, context.newMaster], async (server) => askWho(await sessions.any(server)), signal);
}

type About = Pick<OldMaster, 'server' | 'at' | 'fenced' | 'upTo' | 'executed'>;

function stateOf(one: Observed | undefined): 'writable' | 'closed' | 'silent' {
  return one?.identity ? (one.identity.readOnly ? 'closed' : 'writable') : 'silent';
}

function whyLeft({ newMaster }: SwitchContext, state: string): string {
  if (state === 'writable') return `${nameOf(newMaster)} still replicates from it`;
  return `${nameOf(newMaster)} ${state === 'closed' ? 'is read_only' : 'cannot be asked'}, and nobody could write`;
}

/** The new master knows the old one's id or UUID from its replication, which MHA removes at the end. */
async function silent(
  context: SwitchContext,
  known: About & { readonly why: string },
  channel: Channel | undefined,
): Promise<OldMaster> {
  const found = { ...known, state: 'silent' } as const;
  if (known.upTo !== undefined || !channel) return found;
  const position = channel.executed && `${channel.executed.file}:${channel.executed.position}`;
  try {
    const { gtid } = await inTime(context.sessions.any(context.newMaster).then(readEnd), context.signal);
    const gtids = lastOf(gtid, { id: channel.masterServerId, uuid: channel.masterUuid });
    return { ...found, upTo: gtids ?? position };
  } catch {
    return { ...found, upTo: position };
  }
}

async function closed(context: SwitchContext, known: About): Promise<OldMaster> {
  const name = nameOf(context.origMaster);
  try {
    const { sessions, events, left } = await inTime(closeRival(context, context.origMaster), context.signal);
    context.log.warning(`${name} took writes although it is not the master: read_only on, ${sessions} sessions ended`);
    const why = left.length > 0 ? `events are left on there: ${left.join(' ')}` : undefined;
    return { ...known, state: 'closed', why, sessions, events };
  } catch (error) {
    return { ...known, state: (await isReadOnly(context)) ? 'closed' : 'open', why: messageOf(error) };
  }
}

/** False also if it does not answer within a moment. */
async function isReadOnly({ sessions, origMaster }: SwitchContext): Promise<boolean> {
  const signal = deadline(LOOK_MS, new HelperError(`no answer within ${LOOK_MS / 1000} s`));
  const asked = sessions.under(signal).any(origMaster).then(readReadOnly);
  return inTime(asked, signal).then(
    ({ readOnly: on }) => on,
    () => false,
  );
}

/** It was closed by an earlier call, or was not open at all. */
async function readOnly(known: About, before: OldMaster | undefined): Promise<OldMaster> {
  if (before?.state !== 'closed') return { ...known, state: 'read_only' };
  return { ...known, state: 'closed', sessions: before.sessions, events: before.events };
}

async function compared(context: SwitchContext, found: OldMaster): Promise<OldMaster> {
  if (found.state === 'open') return found;
  try {
    const { sessions, origMaster, newMaster, signal } = context;
    return { ...found, surplus: await inTime(surplusOf(sessions, origMaster, newMaster, found.executed), signal) };
  } catch (error) {
    return { ...found, why: [found.why ?? [], messageOf(error)].flat().join('; ') };
  }
}
