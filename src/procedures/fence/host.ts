import { join } from 'node:path';
import { readText } from '../../adapters/files/files.ts';
import { packageFolder } from '../../adapters/package.ts';
import { converse } from '../../adapters/programs/conversation.ts';
import { type Answer, factsFrom, type HostFacts, orderLine, parseAnswer } from '../../capabilities/fence/facts.ts';
import { targetOf } from '../../config/mha/mhaServer.ts';
import { loginOf, sshCommand } from '../../mha/ssh.ts';
import { type FenceContext, sectionOf } from './context.ts';

/** What a host answered to one order; `why` if the conversation did not reach its end. */
export interface HostTalk {
  readonly facts: HostFacts | undefined;
  readonly answers: readonly Answer[];
  readonly why?: string;
}

/** As root if sudo allows that without a password; `sh` because a login's own shell may be any. */
const REMOTE = `sh -c 'if [ "$(id -u)" != 0 ] && sudo -n perl -e 1 2>/dev/null; then exec sudo -n perl -; else exec perl -; fi'`;

/**
 * Logs in as MHA does, asks what is there, and sends the order that `next` makes of it, if any. Takes `limitMs` at most.
 */
export async function talkToHost(
  context: FenceContext,
  ask: Readonly<Record<string, string | number>>,
  next: (
    facts: HostFacts,
  ) => { readonly order: string; readonly fields: Readonly<Record<string, string | number>> } | undefined,
  limitMs: number,
): Promise<HostTalk> {
  const section = sectionOf(context);
  if (!section) return { facts: undefined, answers: [], why: 'MHA’s file does not list it' };
  const program = await readText(join(packageFolder('conf'), 'perl/fence_host.pl'));
  const known = Number(section.params.get('ssh_connection_timeout')) || 5;
  const connectSeconds = connectLimit(limitMs, known);
  const sshOptions = context.cluster.config.sshOptions;
  const answers: Answer[] = [];
  let [facts, ended]: [HostFacts | undefined, boolean] = [undefined, false];
  const onLine = (line: string) => {
    const answer = parseAnswer(line);
    if (!answer) return undefined;
    if (answer.word !== 'end') return void answers.push(answer);
    if (facts) {
      ended = true;
      return 'end';
    }
    facts = factsFrom(answers.splice(0));
    const step = next(facts);
    ended = step === undefined;
    return step ? orderLine(step.order, step.fields) : 'end';
  };
  const first = `${program.trimEnd()}\n${orderLine('look', ask)}`;
  const options = { env: context.env, first, onLine, limitMs, signal: context.signal };
  const talk = await converse(...sshCommand(loginOf(section.params), { connectSeconds, sshOptions }, REMOTE), options);
  if (ended) return { facts, answers };
  const where = `ssh to ${loginOf(section.params).host}:${loginOf(section.params).port}`;
  return { facts, answers, why: `${where}: ${talk.why || `ended with ${talk.code}`}` };
}

/** Whole seconds, as ssh takes them: less than half of the limit. */
export function connectLimit(limitMs: number, known: number): number {
  return Math.max(1, Math.min(known, Math.floor(limitMs / 2500)));
}

/** What a look asks about. Folders that another server of this address has too, or that MHA only presumes, name no server. */
export function questionsAbout(
  context: FenceContext,
  note: { readonly datadir: string; readonly pidFile: string } | undefined,
) {
  const { cluster, server } = context;
  const section = sectionOf(context);
  const dirsOf = (params: ReadonlyMap<string, string>) =>
    (params.get('master_binlog_dir') ?? '').split(',').map((dir) => dir.trim().replace(/\/+$/, ''));
  const neighbours = cluster.config.servers.filter((one) => one !== section && targetOf(one).ip === server.ip);
  const taken = [...neighbours.flatMap(({ params }) => dirsOf(params)), ...PRESUMED];
  const own = (section ? dirsOf(section.params) : []).filter((dir) => dir !== '' && !taken.includes(dir));
  return {
    address: server.ip,
    port: server.port,
    folders: [...(note ? [note.datadir] : []), ...own].join('\n'),
    pid_file: note?.pidFile ?? section?.params.get('master_pid_file') ?? '',
  };
}

/** MHA's default for master_binlog_dir. */
const PRESUMED = ['/var/lib/mysql', '/var/log/mysql'];
