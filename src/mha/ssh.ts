/** How MHA logs in to a host. */
export interface HostLogin {
  readonly user: string;
  readonly host: string;
  readonly ip: string;
  readonly port: string;
}

/** As the parameters of a server in MHA's file say. */
export function loginOf(params: ReadonlyMap<string, string>): HostLogin {
  const host = params.get('ssh_host') ?? params.get('hostname') ?? '';
  return {
    user: params.get('ssh_user') ?? '',
    host,
    ip: params.get('ssh_ip') || host,
    port: params.get('ssh_port') ?? '22',
  };
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

/**
 * The program and arguments that run `remote`, a command of the host's shell. `ssh_options` are shell words, as they are to
 * MHA; every other value is passed as an argument.
 */
export function sshCommand(
  login: HostLogin,
  { connectSeconds, sshOptions }: { readonly connectSeconds: number; readonly sshOptions: string },
  remote: string,
): [string, string[]] {
  const line = `exec ssh ${checkOptions(connectSeconds)} ${sshOptions} "$@"`;
  return ['/bin/sh', ['-c', line, 'ssh', ...loginArguments(login), remote]];
}
