import type { Log } from '../adapters/log.ts';
import { followFile, type RunningProgram, startProgram } from '../adapters/masterha.ts';
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
}

export interface MasterhaResult {
  readonly exitCode: number;
  /** MHA was seen to run `start`, so the new master may be open. */
  readonly startSeen: boolean;
  readonly interrupted: boolean;
}

/** How long MHA and a hook that undoes get after an interrupt, before they are killed. */
const PATIENCE_MS = 60_000;

/**
 * Runs the real masterha_master_switch and shows what it prints as it comes. A first interrupt ends MHA while the new
 * master is still closed; once it is open MHA is left to finish, and only a second interrupt ends it.
 */
export async function runMasterha(run: MasterhaRun): Promise<MasterhaResult> {
  let startSeen = false;
  let interrupts = 0;
  const onLine = (line: string) => {
    startSeen ||= announcesStart(line);
    run.print(line);
  };
  const follower = run.followLog ? followFile(run.followLog, onLine) : undefined;
  try {
    const program = await startProgram(MASTER_SWITCH, run.args, run.env, onLine);
    run.onInterrupt((signal) => {
      interrupts += 1;
      if (startSeen && interrupts === 1)
        run.log.warning(`${signal}: the new master is open already; MHA finishes. Again to end it`);
      else end(program, signal, run.log);
    });
    return { exitCode: await program.ended, startSeen, interrupted: interrupts > 0 };
  } finally {
    follower?.stop();
  }
}

/** SIGINT first: MHA then ends its own sessions on the servers, and a hook undoes what it did. */
function end(program: RunningProgram, signal: string, log: Log): void {
  log.warning(`${signal}: ending MHA; what was changed is put back`);
  program.kill('SIGINT');
  setTimeout(() => program.kill('SIGKILL'), PATIENCE_MS).unref();
}
