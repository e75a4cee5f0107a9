import { join } from 'node:path';
import { ROOT } from '../../tools/lab/root.ts';
import { type RunOptions, type RunResult, run } from '../../tools/lab/run.ts';
import { bin, type Command } from '../commands.ts';

/** Outputs that take nothing, as shell scripts that run `"$@"` and end with its exit code. */
export const BAD_OUTPUTS = {
  'on a full device (ENOSPC)': '"$@" >/dev/full 2>&1',
  'on a disk that fills up':
    'exec unshare -rm sh -c \'mount -t tmpfs -o size=4k none /mnt && head -c 3800 /dev/zero >/mnt/log && "$@" >>/mnt/log 2>&1\' sh "$@"',
  'closed at start': '"$@" >&- 2>&-',
  'open for reading only (EBADF)': '"$@" 0</dev/null >&0 2>&0',
  'to a reader that has gone (EPIPE)':
    'exec 3> >(exec true); while kill -0 $! 2>/dev/null; do sleep 0.05; done; "$@" >&3 2>&3',
  'to a reader that stops reading':
    'exec 3> >(exec sleep 100); reader=$!; head -c 65536 /dev/zero >&3; "$@" >&3 2>&3; code=$?; kill $reader; exit $code',
} as const;

/** Runs one of our commands with such an output. */
export function withOutput(
  output: keyof typeof BAD_OUTPUTS,
  command: Command,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return run('bash', ['-c', BAD_OUTPUTS[output], 'bash', bin(command), ...args], options);
}

/** Runs it with outputs that fail from that line on; so do the outputs of all commands of ours that it starts. */
export function failingAt(line: number, command: Command, args: readonly string[], options: RunOptions = {}) {
  const env = { ...options.env, FAIL_AT_LINE: String(line), NODE_OPTIONS: `--import=${FAIL_AT_LINE}` };
  return run(bin(command), args, { ...options, env });
}

const FAIL_AT_LINE = join(ROOT, 'test/support/process/failAtLine.mjs');
