import { messageOf } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { type Decision, unitOf, whichServer } from '../../capabilities/fence/decide.ts';
import type { HostFacts } from '../../capabilities/fence/facts.ts';
import { askServer, type NotedProcess, readServerNote, writeNote } from '../../capabilities/fence/note.ts';
import type { Sessions } from '../../cluster/sessions.ts';
import { type FenceContext, releaseCommand, serverNotePath } from './context.ts';
import { questionsAbout, talkToHost } from './host.ts';

/**
 * Notes of a living server what a fence needs once it is dead, and tries what a fence needs: ssh, and the right to end the
 * server. Changes nothing on the host. Resolves with what would prevent a fence, and with what an earlier one left.
 */
export async function noteServer(context: FenceContext, sessions: Sessions): Promise<string[]> {
  const { server, settings } = context;
  const name = nameOf(server);
  if (settings.fence !== 'mysqld') return [];
  try {
    const note = await askServer(await sessions.of(server));
    const { host, wrong } = await lookAtHost(context, note);
    writeNote(serverNotePath(context), { ...note, ...(host ? { host } : {}) });
    return wrong.map((why) => `${name} could not be fenced now: ${why}`);
  } catch (error) {
    const kept = await keptDown(context).catch(() => []);
    return [`${name}: what a fence needs could not be noted: ${messageOf(error)}`, ...kept];
  }
}

/** The guard that keeps a server down, in a sentence. */
async function keptDown(context: FenceContext): Promise<string[]> {
  const note = readServerNote(serverNotePath(context));
  const { facts } = await talkToHost(context, questionsAbout(context, note), () => undefined, context.settings.fenceMs);
  if (facts?.guard === undefined) return [];
  const name = nameOf(context.server);
  return [
    `${name}: a guard on its host (pid ${facts.guard}) keeps it down; ${releaseCommand(context)} lets it start again`,
  ];
}

async function lookAtHost(
  context: FenceContext,
  note: Awaited<ReturnType<typeof askServer>>,
): Promise<{ host?: NotedProcess; wrong: string[] }> {
  const { server, settings } = context;
  let decision: Decision | undefined;
  let user = 0;
  let boot = '';
  const next = (facts: HostFacts) => {
    decision = whichServer(facts, { ip: server.ip, port: server.port, note });
    user = facts.user;
    boot = facts.boot;
    return undefined;
  };
  const talk = await talkToHost(context, questionsAbout(context, note), next, settings.fenceMs);
  if (talk.why !== undefined || !decision) return { wrong: [talk.why ?? 'no answer'] };
  if (decision.kind === 'unclear') return { wrong: [decision.why] };
  const [found] = decision.servers;
  if (!found) return { wrong: ['no process of it can be seen on its host'] };
  const { pid, start } = found;
  const unit = unitOf(found);
  return {
    host: { boot, pid, start, ...(unit ? { unit } : {}) },
    wrong: found.may ? [] : [`the user of ssh (uid ${user}) may not end it, nor use sudo for perl without a password`],
  };
}
