/** Child processes: the only place that starts any. */
import { spawn } from 'node:child_process';

/**
 * What a shell command prints on its standard output; the command shares this process's standard input and error.
 * Its exit code is not looked at: a command that does not exist prints nothing.
 * Rejects where no shell can be started, and after `limitMs` (30 s), when the shell is killed with
 * everything it started.
 */
export function shellOutput(
  command: string,
  { encoding = 'utf8', limitMs = 30_000 }: { encoding?: BufferEncoding; limitMs?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['inherit', 'pipe', 'inherit'], detached: true });
    const chunks: Buffer[] = [];
    const limit = setTimeout(() => {
      killGroup(child.pid);
      child.stdout.destroy();
      reject(new Error(`it had not ended after ${limitMs / 1000} s`));
    }, limitMs);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
    child.on('close', () => {
      clearTimeout(limit);
      resolve(Buffer.concat(chunks).toString(encoding));
    });
  });
}

/** Kills a detached child and what it started; one that has ended in the meantime is no error. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
