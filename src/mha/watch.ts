import { argumentsOf, here, isRunning, type ProcessMark } from '../adapters/machine.ts';
import { endTree, processesBelow } from '../adapters/programs/tree.ts';
import { type HookCall, isMasterSwitch, startCallAmong } from './hookCalls.ts';

/** A running masterha_master_switch, see procedures/guard. */
export function watchMha(mha: ProcessMark) {
  return {
    isRunning: () => isRunning(here(mha)) !== false,
    startCall: (): HookCall | undefined => startCallAmong(processesBelow(mha.pid)),
    end: () => endMha(here(mha)),
  };
}

/** At SIGINT MHA ends its own sessions on the servers, and exits with 1 (MasterRotate.pm); it needs the servers for that. */
const GENTLY = ['SIGINT', 200] as const;
/**
 * At SIGTERM `stop` ends its statement on the server at once, and `start` what opens the new master after 400 ms, see
 * startCommand.ts. That and the undo have two seconds after `max_outage`.
 */
const STAGES = [
  ['SIGTERM', 800],
  ['SIGKILL', 5000],
] as const;

async function endMha(mha: ProcessMark): Promise<string | undefined> {
  if (isRunning(mha) !== false && !isMasterSwitch(argumentsOf(mha.pid))) {
    return `process ${mha.pid}, which was MHA and is another program now,`;
  }
  const left = await endTree(mha, GENTLY, STAGES);
  return left.length > 0 ? `process ${left.map(({ pid }) => pid).join(', ')} of MHA` : undefined;
}
