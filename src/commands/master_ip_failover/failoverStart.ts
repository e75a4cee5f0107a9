import { Degraded, messageOf, UsageError } from '../../base/errors.ts';
import { STAY_CLOSED } from '../../mha/stayClosed.ts';
import { journalOf } from '../../procedures/start/journalOf.ts';
import { leftClosed } from '../../procedures/start/leaveClosed.ts';
import { UNINTERRUPTED } from '../cli/terminal.ts';
import type { HookCall } from '../hook/hook.ts';
import { hookContext } from '../hook/hookContext.ts';
import { startCommand } from '../hook/startCommand.ts';

/**
 * `start` under `--skip_disable_read_only`: a new master that is read_only stays read_only, its events off;
 * one that takes writes is treated as usual. Exit 10 if something unexpected is left: an open switch, or a server that
 * could not be asked.
 */
export async function startUnderSkip(call: HookCall): Promise<number> {
  const { origMaster, newMaster } = call.args;
  if (!origMaster || !newMaster) throw new UsageError(call.args.problems.join('\n'));
  let left: string[] | undefined;
  let journal: string | undefined;
  try {
    const context = await hookContext(call, UNINTERRUPTED);
    try {
      left = await leftClosed(context);
      journal = (await journalOf(context, 'dead'))?.path;
    } finally {
      await context.sessions.closeAll();
    }
  } catch (error) {
    throw new Degraded(`nothing was changed (${STAY_CLOSED} is set): ${messageOf(error)}`);
  }
  if (!left) return startCommand(call, 'dead');
  for (const line of left) call.log.warning(line);
  if (journal) throw new Degraded(`a switch is still open: ${journal}; open the new master, then run mha_recover`);
  return 0;
}
