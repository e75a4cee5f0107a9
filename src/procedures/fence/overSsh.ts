import { nameOf } from '../../base/server.ts';
import { type Decision, isSafe, whichServer } from '../../capabilities/fence/decide.ts';
import type { HostFacts } from '../../capabilities/fence/facts.ts';
import { readServerNote } from '../../capabilities/fence/note.ts';
import { type Fenced, resultOf } from '../../capabilities/fence/result.ts';
import { type FenceContext, serverNotePath } from './context.ts';
import { connectLimit, questionsAbout, talkToHost } from './host.ts';

/** Ends the server on its host, and sees it dead by its process and its port. Takes `limitMs` at most. Never throws. */
export async function fenceOverSsh(context: FenceContext, limitMs: number): Promise<Fenced> {
  const { server } = context;
  const note = readServerNote(serverNotePath(context));
  const wanted = { ip: server.ip, port: server.port, note };
  let decision: Decision | undefined;
  let isOrdered = false;
  const next = (facts: HostFacts) => {
    decision = whichServer(facts, wanted);
    if (decision.kind === 'unclear') return undefined;
    isOrdered = true;
    return {
      order: 'end',
      fields: { ...orderFor(decision, facts), ...about(server), ...limits(limitMs, decision, facts) },
    };
  };
  const talk = await talkToHost(context, questionsAbout(context, note), next, limitMs);
  return { ...resultOf(decision, talk.answers, talk.why), isOrdered };
}

/** How the host names this fence, for its release. */
export function about(server: FenceContext['server']) {
  return { address: server.ip, port: server.port, title: `mha_fence of ${nameOf({ ...server, host: server.ip })}` };
}

function orderFor({ servers, datadir, unit }: Exclude<Decision, { kind: 'unclear' }>, { servers: all }: HostFacts) {
  const safe = servers.map(({ parent }) => parent).filter(({ name }) => isSafe(name));
  // A mysqld_safe runs one server; one with another child is not what it seems.
  const only = safe.filter(({ pid }) => all.filter(({ parent }) => parent.pid === pid).length === 1);
  const list = (processes: readonly { pid: number; start: string }[]) =>
    processes.map(({ pid, start }) => `${pid}:${start}`).join(',');
  return {
    victims: list(servers),
    safe: list(only),
    datadir: datadir ?? '',
    unit: unit?.name ?? '',
    manager: unit?.manager ?? 'system',
  };
}

/**
 * In seconds. What restarts a server does so at once (systemd by default after 0.1 s); without one, half a second is enough, and
 * less if a guard of an earlier call has seen it dead.
 */
function limits(limitMs: number, { servers, unit }: Exclude<Decision, { kind: 'unclear' }>, { guard }: HostFacts) {
  const budget = limitMs / 1000 - connectLimit(limitMs, 5) - 0.5;
  const restarts = unit !== undefined || servers.some(({ parent }) => parent.pid !== 1);
  const isKept = guard !== undefined && servers.length === 0;
  return { budget, term: budget * 0.5, quiet: Math.min(isKept ? 0.1 : restarts ? 1.5 : 0.5, budget * 0.3) };
}
