import { writeFileSync } from 'node:fs';
import type { Account } from './accounts.ts';
import type { SshKey } from './hosts/sshd.ts';
import type { LabServer } from './server.ts';

/** MHA parameters by name; undefined leaves one out. */
export type MhaParameters = Record<string, string | number | undefined>;

export interface MhaFileOptions {
  servers: readonly LabServer[];
  mha: Account;
  repl: Account;
  ssh: SshKey;
  workDir: string;
  remoteWorkDir: string;
  managerLog: string;
  /** Added to `[server default]`, or changing what is there. */
  defaults: MhaParameters;
  /** Added to `[serverN]`, the first for the first server. */
  perServer: readonly MhaParameters[];
}

/** Writes MHA's application file for these servers. */
export function writeMhaFile(file: string, options: MhaFileOptions): void {
  const { mha, repl, ssh } = options;
  const defaults = {
    user: mha.user,
    password: mha.password,
    repl_user: repl.user,
    repl_password: repl.password,
    ssh_user: ssh.user,
    ssh_options: ssh.options,
    manager_workdir: options.workDir,
    manager_log: options.managerLog,
    remote_workdir: options.remoteWorkDir,
    ping_interval: 1,
    ...options.defaults,
  };
  const sections = options.servers.map((server, index) =>
    section(server.id, {
      hostname: server.host,
      port: server.port,
      ssh_port: server.sshPort,
      master_binlog_dir: server.dataDir,
      ...options.perServer[index],
    }),
  );
  writeFileSync(file, [section('server default', defaults), ...sections].join('\n'), { mode: 0o600 });
}

function section(name: string, parameters: MhaParameters): string {
  const lines = Object.entries(parameters).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  return `[${name}]\n${lines.join('\n')}\n`;
}
