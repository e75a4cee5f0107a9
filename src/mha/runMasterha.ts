import type { Log } from '../adapters/log.ts';
import { followFile, type RunningProgram, startProgram } from '../adapters/programs/masterha.ts';
import { announcesStart, MASTER_SWITCH } from './masterSwitch.ts';

export interface MasterhaRun {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** If it is configured, MHA writes a failover only here. */
  readonly followLog?: string | undefined;
  readonly print: (line: string) => void;
  readonly log: Log;
  readonly onInterrupt: (listener: (signal: string) => void) => void;
  /** Once it is aborted, MHA is not started. */
  readonly signal: AbortSignal;
  /** How long after an interrupt MHA, and a hook that undoes, may take before they are killed; by default a minute. */
  readonly patienceMs?: number;
}

export interface MasterhaResult {
  readonly exitCode: number;
  /** MHA announced `start`, so the new master may be open. */
  readonly startSeen: boolean;
  readonly interrupted: boolean;
}

const PATIENCE_MS = 60_000;

/**
 * Runs masterha_master_switch and prints its lines as they come. An interrupt ends it while the new master is closed;
 * once MHA has announced `start`, it may finish, and only a second interrupt ends it.
 */
export async function runMasterha(run: MasterhaRun): Promise<MasterhaResult> {
  // A signal that came while this process was busy is delivered in the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
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

/** Ends MHA at a signal, even one that comes just before MHA is started. */
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
      this.#run.log.warning(`${signal}: the new master is already open, so MHA finishes; interrupt again to end it`);
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
    this.#run.log.warning(`${signal}: ending MHA; its hook puts back what it changed`);
    program.kill('SIGINT');
    this.#timer ??= setTimeout(() => {
      if (program.kill('SIGKILL')) return;
      this.#run.log.warning('MHA has ended, but a script that it started still runs; not waiting for it');
      program.abandon();
    }, this.#run.patienceMs ?? PATIENCE_MS);
  }
}
