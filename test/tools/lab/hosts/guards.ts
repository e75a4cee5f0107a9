import { readdirSync, readFileSync } from 'node:fs';

/** The guards that fences have left for that address and port, by pid. */
export function guardsOf({ host, port }: { readonly host: string; readonly port: number }): number[] {
  const title = `mha_fence: keeps the server of ${host}:${port} down,`;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandOf(pid).startsWith(title)).map(Number);
}

/** As a restart of its host would: nothing keeps the server down any more. */
export function endGuards(server: { readonly host: string; readonly port: number }): void {
  for (const pid of guardsOf(server)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
