import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Daemon, startDaemon } from '../processes.ts';
import { runOk } from '../run.ts';
import { Hopeless, tail, until } from '../wait.ts';

/** The key to log in with, and the ssh options (as MHA's `ssh_options` takes them) that use it and nothing of the user's. */
export interface SshKey {
  readonly file: string;
  readonly options: string;
  readonly user: string;
}

/** Makes a key pair that logs this user in to every sshd of the lab; it serves as the host key as well. */
export async function makeSshKey(folder: string): Promise<SshKey> {
  const file = join(folder, 'ssh_key');
  await runOk('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'mha-lab', '-f', file]);
  copyFileSync(`${file}.pub`, join(folder, 'authorized_keys'));
  const options = ['UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'IdentitiesOnly=yes', 'IdentityAgent=none'];
  return { file, user: userInfo().username, options: `-F none -i ${file} ${options.map((o) => `-o ${o}`).join(' ')}` };
}

/** Starts an sshd where this user may log in as himself with the lab's key, and whose sessions get this environment. */
export async function startSshd(
  folder: string,
  host: string,
  port: number,
  env: Readonly<Record<string, string>>,
  within: readonly string[] = [],
): Promise<Daemon> {
  if (process.getuid?.() === 0 && !existsSync('/run/sshd')) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const name = `sshd-${host}-${port}`;
  const config = join(folder, `${name}.conf`);
  const log = join(folder, `${name}.log`);
  writeFileSync(config, configText(folder, host, port, env));
  chmodSync(config, 0o600);
  const daemon = await startDaemon('sshd', ['-D', '-e', '-f', config], log, within);
  const answered = async () => {
    if (!daemon.running()) throw new Hopeless(`sshd on ${host}:${port} ended while it started\n${tail(log)}`);
    return answers(host, port);
  };
  await until(`sshd on ${host}:${port}`, 30_000, answered, () => tail(log));
  return daemon;
}

function configText(folder: string, host: string, port: number, env: Readonly<Record<string, string>>): string {
  // SHLVL keeps the bash of a login from reading ~/.bashrc, which is the user's own and can take half a second.
  const assignments = Object.entries({ SHLVL: '1', ...env }).map(([name, value]) => `"${name}=${value}"`);
  const lines = [
    `ListenAddress ${host}`,
    `Port ${port}`,
    `HostKey ${join(folder, 'ssh_key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'PrintMotd no',
    'PrintLastLog no',
    'MaxStartups 100',
    `SetEnv ${assignments.join(' ')}`,
    'Subsystem sftp internal-sftp',
  ];
  return `${lines.join('\n')}\n`;
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.setTimeout(1000, () => done(false));
  });
}
