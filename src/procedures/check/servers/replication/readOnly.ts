import { type Finding, note, warning } from '../../../../base/finding.ts';
import { readReadOnly } from '../../../../capabilities/readOnly.ts';
import { afterRestart, isOn, readOrigin } from '../../../../capabilities/variables.ts';
import type { Check, CheckContext, CheckedServer } from '../../context.ts';
import { each, whereOf } from '../each.ts';

/** Replicas that take writes, a master that takes none, and servers of which a restart would make either. */
export const readOnly: Check = {
  title: 'read_only',
  run: (context) =>
    each(context.servers, async (server) => {
      const { readOnly: on } = await readReadOnly(server.session);
      const replica = server.identity.channels.length > 0;
      if (server !== context.master && !on && (replica || context.master)) return [writable(server, replica)];
      if (server === context.master && on) return [closed(server)];
      return later(context, server, on, await afterNextStart(context, server, on));
    }),
};

function writable(server: CheckedServer, replica: boolean): Finding {
  const text = `it is ${replica ? 'a replica' : 'not the master'} and takes writes (read_only is off): what is written there is on no other server`;
  return warning('replica_writable', whereOf(server), text, 'set it, in the configuration too', [
    'SET GLOBAL read_only = 1',
  ]);
}

/** After a crash, if the configuration says so, or after a switch that was interrupted. */
function closed(server: CheckedServer): Finding {
  const text = 'it is the master and read_only: the applications cannot write';
  const advice = 'check first for an interrupted switch (mha_recover --list); if there is none, make it writable';
  return warning('master_read_only', whereOf(server), text, advice, ['SET GLOBAL read_only = 0']);
}

interface NextStart {
  /** Undefined if it is not known. */
  readonly readOnly: boolean | undefined;
  readonly from: 'server' | 'host';
}

/** If the value was set since the server started, SQL does not show what the configuration says; its host may. */
async function afterNextStart(
  context: CheckContext,
  server: CheckedServer,
  on: boolean,
): Promise<NextStart | undefined> {
  const origin = await readOrigin(server.session, 'read_only');
  const next = origin && afterRestart(on ? 'ON' : 'OFF', origin);
  if (next !== undefined) return { readOnly: isOn(next), from: 'server' };
  const configured = await context.configuredReadOnly?.(server).catch(() => undefined);
  return origin || configured !== undefined ? { readOnly: configured, from: 'host' } : undefined;
}

function later({ master }: CheckContext, server: CheckedServer, on: boolean, next: NextStart | undefined): Finding[] {
  if (!next || next.readOnly) return [];
  const [code, where] = ['read_only_at_restart', whereOf(server)];
  const advice = 'write read_only = 1 into its configuration; a switch opens the new master by itself';
  if (server === master) return next.readOnly === undefined ? [] : [warning(code, where, OLD_MASTER, advice)];
  if (!on) return [];
  const text = 'read_only was set by SQL since the server started';
  if (next.readOnly === undefined)
    return [note(code, where, `${text}; whether its configuration sets it too cannot be determined`, advice)];
  const but = next.from === 'server' ? ', and off was persisted' : '; its configuration does not set it';
  return [warning(code, where, text + but, advice)];
}

const OLD_MASTER =
  'the master is not read_only in its configuration: after a crash it comes back writable beside the new master';
