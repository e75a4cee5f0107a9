import { systemClock } from '../../adapters/clock.ts';
import { standardError, standardOutput } from '../../adapters/terminal/output.ts';
import { screenOn } from '../../adapters/terminal/screen.ts';
import { refuseOptions } from '../../mha/options.ts';
import { lookAtReplication } from '../../procedures/status/look.ts';
import { runTool, type ToolCall, wrongIn } from '../cli/tool.ts';
import { type Looked, lookedAt, secondsOf } from './call.ts';
import { REPLICA_STATUS_USAGE } from './usage.ts';
import { exitCode, type Looking, printed, waitLevel, watch } from './watch.ts';

const NAMES = {
  values: ['user', 'password', 'defaults_file', 'ssl', 'ssl_ca', 'connect_timeout', 'watch', 'wait_level'],
  flags: ['json'],
  mayBeEmpty: ['password'],
  alone: { watch: '1', wait_level: '60' },
};

/** What a connection that hangs may hold up the end. */
const CLOSE_MS = 300;
const SLOW_MS = 2000;

await runTool(REPLICA_STATUS_USAGE, NAMES, async (call) => {
  const { options } = call;
  const wrong = wrongIn(options);
  if (options.values.has('watch') && options.values.has('wait_level'))
    wrong.push('--watch and --wait_level do not go together');
  refuseOptions(wrong);
  const every = secondsOf(options, 'watch');
  const limit = secondsOf(options, 'wait_level');
  const looked = await lookedAt(call, tell);
  const looking = lookingAt(call, looked);
  try {
    if (every !== undefined) return await watch(looking, every);
    if (limit !== undefined) return await waitLevel(looking, limit);
    const seen = await looking.look();
    looking.print(printed(looking, seen, true));
    return exitCode(seen);
  } finally {
    await Promise.race([looked.sessions.closeAll(), systemClock.sleep(CLOSE_MS)]);
  }
});

function lookingAt(call: ToolCall, { targets, sessions, answerMs }: Looked): Looking {
  const { signal, env, print } = call.invocation;
  const screen = screenOn(standardOutput());
  const context = { sessions: sessions.under(signal), clock: systemClock, signal };
  // What is printed beside the picture would tear it.
  const watching = call.options.values.has('watch');
  let drawn = false;
  const look = () => orAborted(lookAtReplication(context, targets, { answerMs }), signal);
  return {
    look: () => (drawn ? look() : withProgress(look(), targets.length).finally(() => (drawn = watching))),
    ...{ print, tell, signal, screen },
    now: systemClock.now,
    ticks: systemClock.ticks,
    sleep: (ms) => systemClock.sleep(ms, signal),
    colour: screen.isTerminal && !env.NO_COLOR,
    json: call.options.flags.has('json'),
  };
}

/** Ends with the signal, whatever a connection is waiting for. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function withProgress<Result>(work: Promise<Result>, servers: number): Promise<Result> {
  const slow = setInterval(() => tell(`waiting for the answers of ${servers} servers`), SLOW_MS);
  try {
    return await work;
  } finally {
    clearInterval(slow);
  }
}

function tell(text: string): void {
  standardError().write(`${text}\n`);
}
