import { ON_HOST } from '../../../mha/compat.ts';
import { quoted } from './shellWords.ts';

/** How MHA logs in to a host. */
export interface HostLogin {
  readonly user: string;
  readonly host: string;
  readonly ip: string;
  readonly port: string;
}

/** What is asked of a host, besides that it can be logged in to. */
export interface HostQuestions {
  readonly workDirs: readonly string[];
  /** Of the database servers there: MHA's Perl must understand them. */
  readonly versions: readonly string[];
  /** Where MHA logs in from this host. */
  readonly peers: readonly HostLogin[];
  readonly connectSeconds: number;
  readonly sshOptions: string;
}

/** What begins every line of the answer: a login may print other things. */
export const MARK = 'mha_check:';

/**
 * A script for the shell of a host, which changes nothing there; the answers are lines `mha_check:WORD ...`. It is
 * sent to the shell's standard input, and everything put into it is quoted, but for `ssh_options`: these are a piece of
 * a shell command to MHA as well.
 */
export function hostScript(questions: HostQuestions): string {
  const { workDirs, versions, peers, connectSeconds, sshOptions } = questions;
  return [
    `say() { printf '${MARK}%s\\n' "$*"; }`,
    `line() { printf '%s' "$1" | tr '\\n' ' '; }`,
    'say "clock $(date +%s.%N)"',
    ...['apply_diff_relay_logs', 'save_binary_logs'].map(toolQuestion),
    `out=$(perl -MMHA::NodeUtil -MMHA::SlaveUtil -e ${quoted(ON_HOST)} ${versions.map(quoted).join(' ')} 2>&1)`,
    'say "compat $(line "$out")"',
    ...workDirs.map(folderQuestion),
    ...peers.map((peer, index) => peerQuestion(peer, index, connectSeconds, sshOptions)),
    'say end',
  ].join('\n');
}

/** The arguments of an ssh login as MHA makes it, after `ssh_options`. */
export function loginArguments({ user, ip, port }: HostLogin): string[] {
  return ['-p', port, '-l', user, '--', ip];
}

/** MHA's own options (ManagerConst.pm, SSH_OPT_CHECK). */
export function checkOptions(connectSeconds: number): string {
  const timeout = `-o ConnectTimeout=${connectSeconds}`;
  return `-o StrictHostKeyChecking=no -o PasswordAuthentication=no -o BatchMode=yes ${timeout}`;
}

function toolQuestion(tool: string): string {
  const told = `if out=$(${tool} --version 2>&1); then say "tool ${tool} ok $(line "$out")"; else say "tool ${tool} fails $(line "$out")"; fi`;
  return `if command -v ${tool} >/dev/null 2>&1; then ${told}; else say "tool ${tool} missing"; fi`;
}

/** If it does not exist, the folders above it are looked at: MHA creates it. */
function folderQuestion(folder: string, index: number): string {
  return [
    `d=${quoted(folder)}`,
    'while [ ! -e "$d" ] && [ "$d" != / ] && [ "$d" != . ]; do d=$(dirname "$d"); done',
    `if [ -d "$d" ] && [ -w "$d" ]; then say "folder ${index} ok"; else say "folder ${index} $d"; fi`,
  ].join('\n');
}

function peerQuestion(peer: HostLogin, index: number, connectSeconds: number, sshOptions: string): string {
  const args = loginArguments(peer).map(quoted).join(' ');
  const ssh = `ssh ${checkOptions(connectSeconds)} ${sshOptions} ${args} exit 0`;
  return `if out=$(${ssh} 2>&1 </dev/null); then say "peer ${index} ok"; else say "peer ${index} $(line "$out")"; fi`;
}
