import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program in the foreground and resolves with its exit code, 128 + the signal's number where one ended it. A
 * Ctrl-C goes to both processes, and the program decides; a signal that only this process gets is handed on.
 */
export function runToEnd(program, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: 'inherit' });
    process.on('SIGINT', () => {});
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** Runs a program and waits. @throws Error where it cannot be started or fails; its output is the user's to read. */
export function runNow(program, args, options = {}) {
  const { status, signal, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (error) throw new Error(`cannot run ${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${status ?? signal}`);
}

/** Something is about to be changed on this machine: to standard error, so that the output proper stays clean. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}
