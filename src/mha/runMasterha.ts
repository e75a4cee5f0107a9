import type { Log } from '../adapters/log.ts';
import { followFile, type RunningProgram, startProgram } from '../adapters/programs/masterha.ts';
import { announcesStart, MASTER_SWITCH } from './masterSwitch.ts';

export interface MasterhaRun {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** MHA writes a dead-master run only here, when it is configured. */
  readonly followLog?: string | undefined;
  readonly print: (line: string) => void;
  readonly log: Log;
  /** Calls back at every signal that asks us to end. */
  readonly onInterrupt: (listener: (signal: string) => void) => void;
  /** Aborted at the first of these signals; then MHA is not started. */
  readonly signal: AbortSignal;
  /** How long MHA and a hook that undoes get after an interrupt, before they are killed; a minute by default. */
  readonly patienceMs?: number;
}

export interface MasterhaResult {
  readonly exitCode: number;
  /** MHA was seen to run `start`, so the new master may be open. */
  readonly startSeen: boolean;
  readonly interrupted: boolean;
}

const PATIENCE_MS = 60_000;

/**
 * Runs the real masterha_master_switch and shows what it prints as it comes. After an interrupt it is not started, and
 * is ended at once if the interrupt comes meanwhile. A first interrupt ends MHA while the new master is still closed;
 * once it is open MHA is left to finish, and only a second interrupt ends it.
 */
export async function runMasterha(run: MasterhaRun): Promise<MasterhaResult> {
  await signalsSeen();
  run.signal.throwIfAborted();
  let startSeen = false;
  const onLine = (line: string) => {
    startSeen ||= announcesStart(line);
    run.print(line);
  };
  const follower = run.followLog ? followFile(run.followLog, onLine) : undefined;
  const ending = new Ending(run);
  try {
    run.onInterrupt((signal) => ending.interrupted(signal, startSeen));
    const program = await startProgram(MASTER_SWITCH, run.args, run.env, onLine);
    ending.started(program);
    const exitCode = await program.ended;
    // MHA's last lines may be in its log only.
    follower?.stop();
    return { exitCode, startSeen, interrupted: ending.interrupts > 0 };
  } finally {
    ending.over();
    follower?.stop();
  }
}

/** A signal that came while this process was busy is delivered in the next turn of the event loop. */
function signalsSeen(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Ends MHA when a signal asks for it, from the moment before it is started until it has ended. */
class Ending {
  interrupts = 0;
  readonly #run: MasterhaRun;
  #program: RunningProgram | undefined;
  #wanted: string | undefined;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(run: MasterhaRun) {
    this.#run = run;
  }

  interrupted(signal: string, startSeen: boolean): void {
    if (this.#isOver) return;
    this.interrupts += 1;
    if (startSeen && this.interrupts === 1)
      this.#run.log.warning(`${signal}: the new master is open already; MHA finishes. Again to end it`);
    else if (this.#program) this.#end(this.#program, signal);
    else this.#wanted = signal;
  }

  started(program: RunningProgram): void {
    this.#program = program;
    if (this.#wanted) this.#end(program, this.#wanted);
  }

  over(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** SIGINT first: MHA then ends its own sessions on the servers, and a hook undoes what it did. */
  #end(program: RunningProgram, signal: string): void {
    this.#run.log.warning(`${signal}: ending MHA; what was changed is put back`);
    program.kill('SIGINT');
    this.#timer ??= setTimeout(() => {
      if (program.kill('SIGKILL')) return;
      this.#run.log.warning('MHA has ended, but a script that it started still runs; not waiting for it');
      program.abandon();
    }, this.#run.patienceMs ?? PATIENCE_MS);
  }
}
