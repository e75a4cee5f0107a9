import type { Decision } from './decide.ts';
import type { Answer } from './facts.ts';

/** What became of a fence. */
export interface Fenced {
  readonly fenced: boolean;
  /** `host`: its server was ended, ssh still answers. `power`: nothing of the host answers any more. */
  readonly by?: 'host' | 'power';
  /** What was done, or why it is not fenced: without the server's name. */
  readonly text: string;
  readonly advice?: string;
  /** True if its host got the order to end it: what keeps it down may be there, fenced or not. */
  readonly isOrdered?: boolean;
}

/**
 * Reads what the host did. The first line that applies counts:
 *
 * | the host                                         | fenced | says                                                  |
 * |--------------------------------------------------|--------|-------------------------------------------------------|
 * | has an unclear process or listener               | no     | which                                                 |
 * | did not come to its end                          | no     | why; what it had done until then                      |
 * | still has the process                            | no     | its pid, and whether that user may not, or a disk hangs |
 * | saw something start it again and again           | no     | the parent of those processes                         |
 * | still has a listener on the port                 | no     | its pid                                               |
 * | saw nothing of it for the time                   | yes    | pid, signal, unit, guard                              |
 */
export function resultOf(decision: Decision | undefined, answers: readonly Answer[], why: string | undefined): Fenced {
  if (decision?.kind === 'unclear') return { fenced: false, text: decision.why, advice: END_BY_HAND };
  const fields = (word: string) => answers.filter((answer) => answer.word === word).map((answer) => answer.fields);
  const done = deeds(decision, fields);
  const no = (text: string, advice = END_BY_HAND): Fenced => ({
    fenced: false,
    text: [text, ...done].join('; '),
    advice,
  });
  if (why !== undefined) return no(why, 'find out why, or end the server by hand');
  const [alive] = fields('alive');
  if (alive) return no(...stillAlive(alive));
  const again = fields('again');
  const [last] = again.slice(-1);
  if (last && (fields('quiet').length === 0 || again.length >= TOO_OFTEN)) {
    const text = `something starts it again and again (${again.length} times): its parent is ${last.parent} (pid ${last.ppid})`;
    return no(text, 'stop that; the guard on the host ends each new server meanwhile');
  }
  const [listener] = fields('listens');
  if (listener)
    return no(`its port is still in use by ${listener.name || 'a process that this user may not see'} ${listener.pid}`);
  if (fields('quiet').length === 0) return no('the time was over before it was seen dead for long enough');
  return { fenced: true, by: 'host', text: done.join('; ') };
}

const END_BY_HAND = 'end it by hand on its host, and keep it from starting';
const TOO_OFTEN = 4;

function deeds(decision: Decision | undefined, fields: (word: string) => Answer['fields'][]): string[] {
  if (!decision || decision.kind === 'unclear') return [];
  const program = (pid: string | undefined) =>
    decision.servers.find((server) => `${server.pid}` === pid)?.program ?? 'server';
  const ended = fields('ended').map(({ pid, signal }) => `ended ${program(pid)} (pid ${pid}) with ${signal}`);
  const again = fields('again');
  const [guard] = fields('guard');
  return [
    ...(decision.kind === 'gone' ? ['no process of it runs on its host'] : ended),
    ...(again.length > 0 ? [`ended ${again.length} more that began to start`] : []),
    ...fields('held').map(({ unit }) => `${unit} cannot start`),
    ...fields('unheld').map(({ unit, why }) => `${unit} could not be kept from starting (${why})`),
    ...(guard ? [`a guard on the host (pid ${guard.pid}) keeps it down`] : []),
    ...fields('unguarded').map(({ why }) => `no guard could be left on the host (${why})`),
  ];
}

/** The text, and what to do. */
function stillAlive({ pid, why = '', state = '' }: Answer['fields']): [string, string?] {
  if (/permitted/i.test(why)) {
    const advice = 'make ssh_user root, the user of the server, or one that sudo lets run perl without a password';
    return [`the user of ssh may not end pid ${pid} (${why})`, advice];
  }
  if (state === 'D') return [`pid ${pid} does not end: it waits for a disk`, 'power its host off'];
  return [`pid ${pid} is still there${why === 'sent' ? ' after KILL' : ` (${why})`}`];
}
