import { ON_HOST } from '../../../mha/compat.ts';
import { quoted } from './shellWords.ts';

/** How MHA logs in to a host. */
export interface HostLogin {
  readonly user: string;
  readonly host: string;
  readonly ip: string;
  readonly port: string;
}

/** `bindir` and `libdir` as MHA's file has them, or empty; `version` is that of the server. */
export interface ClientQuestion {
  readonly server: string;
  readonly version: string;
  readonly bindir: string;
  readonly libdir: string;
}

/** What to ask a host after logging in. */
export interface HostQuestions {
  readonly workDirs: readonly string[];
  /** Versions of the database servers there, which MHA's Perl modules must understand. */
  readonly versions: readonly string[];
  /** The hosts that MHA logs in to from this one. */
  readonly peers: readonly HostLogin[];
  /** The client programs that MHA uses for each server there. */
  readonly clients: readonly ClientQuestion[];
  readonly connectSeconds: number;
  readonly sshOptions: string;
}

/** Begins every line of an answer, because a login may print other text. */
export const MARK = 'mha_check:';

/**
 * A script for the shell of a host, sent to its standard input. It changes nothing, and answers with lines
 * `mha_check:WORD ...`. Every value in it is quoted except `ssh_options`, which MHA too makes part of a shell command.
 */
export function hostScript(questions: HostQuestions): string {
  const { workDirs, versions, peers, clients, connectSeconds, sshOptions } = questions;
  return [
    `say() { printf '${MARK}%s\\n' "$*"; }`,
    `line() { printf '%s' "$1" | tr '\\n' ' '; }`,
    'say "clock $(date +%s.%N)"',
    ...['apply_diff_relay_logs', 'save_binary_logs'].map(toolQuestion),
    `out=$(perl -MMHA::NodeUtil -MMHA::SlaveUtil -e ${quoted(ON_HOST)} ${versions.map(quoted).join(' ')} 2>&1)`,
    'say "compat $(line "$out")"',
    ...clients.flatMap(clientQuestions),
    ...workDirs.map(folderQuestion),
    ...peers.map((peer, index) => peerQuestion(peer, index, connectSeconds, sshOptions)),
    'say end',
  ].join('\n');
}

/** The arguments that MHA gives to ssh after `ssh_options`. */
export function loginArguments({ user, ip, port }: HostLogin): string[] {
  return ['-p', port, '-l', user, '--', ip];
}

/** MHA's own options (ManagerConst.pm, SSH_OPT_CHECK). */
export function checkOptions(connectSeconds: number): string {
  const timeout = `-o ConnectTimeout=${connectSeconds}`;
  return `-o StrictHostKeyChecking=no -o PasswordAuthentication=no -o BatchMode=yes ${timeout}`;
}

function toolQuestion(tool: string): string {
  const answer = `if out=$(${tool} --version 2>&1); then say "tool ${tool} ok $(line "$out")"; else say "tool ${tool} fails $(line "$out")"; fi`;
  return `if command -v ${tool} >/dev/null 2>&1; then ${answer}; else say "tool ${tool} missing"; fi`;
}

/** MariaDB 11 has its clients under other names, which MHACompat.pm falls back to. */
const CLIENTS = { mysql: 'mariadb', mysqlbinlog: 'mariadb-binlog' };

function clientQuestions({ bindir, libdir }: ClientQuestion, index: number): string[] {
  const path = (name: string) => quoted(bindir === '' ? name : `${bindir}/${name}`);
  const run = `${libdir === '' ? '' : `LD_LIBRARY_PATH=${quoted(libdir)} `}"$c" --version 2>&1 </dev/null`;
  return Object.entries(CLIENTS).flatMap(([name, other]) => {
    const about = `client ${index} ${name}`;
    return [
      `c=${path(name)}; command -v "$c" >/dev/null 2>&1 || c=${path(other)}`,
      `if ! command -v "$c" >/dev/null 2>&1; then say "${about} missing"`,
      `elif out=$(${run}); then say "${about} ok $(line "$out")"; else say "${about} fails $(line "$out")"; fi`,
    ];
  });
}

/** If it does not exist, its nearest existing ancestor is checked: MHA creates the folder. */
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
