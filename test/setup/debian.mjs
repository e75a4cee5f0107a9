import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNow, say } from './run.mjs';

/** The programs that the lab runs, by the Debian package they come in. */
const PROGRAMS = {
  'mariadb-server': ['mariadbd', 'mariadb-install-db'],
  'mariadb-client': ['mysql', 'mysqlbinlog'],
  'mha4mysql-manager': ['masterha_master_switch', 'masterha_check_repl'],
  'mha4mysql-node': ['apply_diff_relay_logs', 'save_binary_logs'],
  'openssh-server': ['sshd'],
  'openssh-client': ['ssh', 'ssh-keygen'],
  iproute2: ['ip'],
  'util-linux': ['setpriv', 'setsid', 'runuser'],
  sudo: ['sudo'],
};

/** What a server of another release is installed with. */
const TREE_PROGRAMS = { debootstrap: ['debootstrap'] };

/** Installs the Debian packages whose programs are missing. @throws Error that says what to install by hand. */
export function installPrograms({ tree = false } = {}) {
  const programs = tree ? { ...PROGRAMS, ...TREE_PROGRAMS } : PROGRAMS;
  const missing = missingPackages(programs);
  if (missing.length === 0) return;
  const byHand = `Install them yourself: apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (!find('apt-get')) {
    throw new Error(`Programs of these Debian packages are missing, and there is no apt-get: ${missing.join(', ')}`);
  }
  say(`Missing on this machine: ${missing.join(', ')}.`);
  say('They are installed now with apt-get; none of their services is started.');
  const script = fileURLToPath(new URL('./install.sh', import.meta.url));
  const [program, ...args] = [...asRoot(byHand), 'sh', script, ...missing];
  runNow(program, args);
  const left = missingPackages(programs);
  if (left.length > 0) throw new Error(`apt-get succeeded, but programs of ${left.join(', ')} are still missing`);
}

function missingPackages(programs) {
  return Object.keys(programs).filter((name) => !programs[name].every(find));
}

/** What to put before a command, so that root runs it. Without a terminal, sudo must not ask for a password. */
export function asRoot(byHand) {
  if (process.getuid?.() === 0) return [];
  if (find('sudo')) return process.stdin.isTTY ? ['sudo'] : ['sudo', '-n'];
  throw new Error(`You are not root and there is no sudo. ${byHand}`);
}

/** In PATH, or in the system folders that an ordinary user's PATH leaves out. */
function find(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
