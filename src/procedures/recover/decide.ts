import type { Phase } from '../../capabilities/journal/data.ts';

/** A server as recovery found it: `closed` is read_only. */
export interface View {
  readonly name: string;
  readonly state: 'writable' | 'closed' | 'down';
  /** Why it could not be asked, where it is down. */
  readonly why?: string;
}

/** All that the decision depends on. */
export interface Situation {
  readonly phase: Phase;
  /** Steps of `stop` that were begun and not undone. */
  readonly owed: readonly string[];
  /** Whether the new master took writes already before the switch, as the journal has it. */
  readonly newMasterWasWritable: boolean;
  /** Processes of this switch that still run, in words. */
  readonly running: readonly string[];
  readonly origMaster: View;
  /** The server that `start` opened, or was to open. */
  readonly newMaster: View;
  readonly others: readonly View[];
  /** True where the original master is a replica of the new one by now. */
  readonly origFollowsNew: boolean;
  /** The caller knows that `start` was never run, or that the new master is down and stays down. */
  readonly newMasterNeverOpened: boolean;
}

/** What to do. `keep`: touch nothing, keep the journal, tell the operator. */
export type Decision =
  | { readonly action: 'close' | 'undo' | 'finish'; readonly why: string }
  | { readonly action: 'keep'; readonly why: string; readonly advice: string };

/**
 * Decides how a switch that never ended is ended. First row that fits:
 *
 * | processes | steps owed | original | new or another | phase             | decision |
 * |-----------|------------|----------|----------------|-------------------|----------|
 * | running   |            |          |                |                   | keep: let it end |
 * |           |            |          |                | finished, undone  | close: it had ended |
 * |           | none       |          |                |                   | close: nothing was done |
 * |           |            | down     |                |                   | keep: bring it back |
 * |           |            |          | two writable   |                   | keep: two writers |
 * |           |            | writable | writable       | stopping, undoing, and the new one was so before | undo |
 * |           |            | writable | writable       |                   | keep: two writers |
 * |           |            | closed   | writable       |                   | finish: rights and events, directly |
 * |           |            |          | none writable  | starting, started | keep: the journal says that one was opened |
 * |           |            | closed, replica of the new one | none writable | | keep: the servers contradict the journal |
 * |           |            |          | new one down   | stopped, and `start` may have been run | keep: it may come back open |
 * |           |            |          | none writable  | stopping, undoing, stopped | undo: the original master goes on |
 *
 * Invariant: `undo`, the only decision that opens the original master, is never returned while another server takes
 * writes that did not take them before, nor while one could.
 */
export function decide(s: Situation): Decision {
  if (s.running.length > 0) {
    return keep(`a switch is running: ${s.running.join(', ')}`, 'let it end; it settles this itself');
  }
  if (s.phase === 'finished' || s.phase === 'undone') return { action: 'close', why: 'it had ended already' };
  if (s.owed.length === 0) return { action: 'close', why: 'nothing had been changed' };
  const { origMaster, newMaster } = s;
  if (origMaster.state === 'down') {
    return keep(
      `the original master ${origMaster.name} is down: ${origMaster.why}`,
      'bring it back and run mha_recover again',
    );
  }
  const open = [newMaster, ...s.others].filter((view) => view.state === 'writable');
  if (open.length > 0) return whereAnotherIsOpen(s, open);
  if (s.phase === 'starting' || s.phase === 'started') {
    const advice =
      `find out which server has the latest rows, open it (on ${newMaster.name}: SET GLOBAL read_only = 0) ` +
      'and run mha_recover again';
    return keep(
      `${newMaster.name} had been opened, and now no server but perhaps ${origMaster.name} takes writes`,
      advice,
    );
  }
  if (s.origFollowsNew) {
    const advice = `open the one that is to be the master (SET GLOBAL read_only = 0) and run mha_recover again`;
    return keep(`${origMaster.name} replicates from ${newMaster.name} already, which is not open`, advice);
  }
  if (s.phase === 'stopped' && newMaster.state === 'down' && !s.newMasterNeverOpened) {
    const advice = `bring it back; or keep it down for good and run mha_recover --new_master_is_down`;
    return keep(`the new master ${newMaster.name} may have been opened and cannot be asked: ${newMaster.why}`, advice);
  }
  return { action: 'undo', why: `no other server was opened: ${origMaster.name} goes on as the master` };
}

function whereAnotherIsOpen(s: Situation, open: readonly View[]): Decision {
  const names = open.map((view) => view.name).join(' and ');
  const advice = `close all but the one master at once (SET GLOBAL read_only = 1), compare their rows, run mha_recover again`;
  if (open.length > 1) return keep(`${names} both take writes`, advice);
  if (s.origMaster.state !== 'writable')
    return { action: 'finish', why: `${names} is open: all servers are compared, and what is missing is given back` };
  const early = s.phase === 'stopping' || s.phase === 'undoing';
  if (early && s.newMasterWasWritable && names === s.newMaster.name) {
    return { action: 'undo', why: `${names} took writes before the switch already` };
  }
  return keep(`${s.origMaster.name} and ${names} both take writes`, advice);
}

function keep(why: string, advice: string): Decision {
  return { action: 'keep', why, advice };
}
