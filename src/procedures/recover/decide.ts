import type { Phase } from '../../capabilities/journal/data.ts';
import { isLoneWriter } from '../../cluster/masterNow.ts';

/** A server as recovery found it. */
export interface View {
  readonly name: string;
  /** `closed`: read_only; `dead`: nothing listens there; `unknown`: it cannot be asked and may take writes. */
  readonly state: 'writable' | 'closed' | 'dead' | 'unknown';
  /** Why it cannot be asked. */
  readonly why?: string;
  /** It was started after the switch had begun. */
  readonly restarted?: boolean;
  /** It was read_only before the switch and takes writes now, without a restart. */
  readonly openedSince?: boolean;
  /** The caller says that it is down and stays down. */
  readonly saidDown?: boolean;
  /** The names of the servers of the configuration that it replicates from now, and before the switch. */
  readonly follows: readonly string[];
  readonly followed?: readonly string[] | undefined;
}

/** All that the decision depends on. */
export interface Situation {
  readonly phase: Phase;
  /** Steps of `stop` that were begun and are not undone. */
  readonly owed: readonly string[];
  /** Who else is at work on this switch, in words. */
  readonly atWork: string | undefined;
  readonly origMaster: View;
  /** The server that `start` opened or was to open. */
  readonly newMaster: View;
  readonly others: readonly View[];
  /** No hook can have opened the new master. */
  readonly neverOpened: boolean;
  /** The caller began this switch and has worked on it ever since: nobody had time to move the master by hand. */
  readonly ownRun: boolean;
}

/** What to do. `keep`: change nothing, keep the journal, report it. */
export type Decision =
  | { readonly action: 'close'; readonly why: string; readonly phase: 'finished' | 'undone' }
  | { readonly action: 'undo'; readonly why: string }
  /** `master`: the server that is open. */
  | { readonly action: 'finish'; readonly why: string; readonly master: string }
  /** `failOver`: the original master is down and no other server can be open, so a failover is possible. */
  | { readonly action: 'keep'; readonly why: string; readonly advice: string; readonly failOver?: boolean };

/**
 * Decides how to end a switch that never ended. The first matching row decides; "open" means a writer among the servers other
 * than the original master (see {@link isWriter}):
 *
 * | at work | owed | original                          | others                    | phase             | decision |
 * |---------|------|-----------------------------------|---------------------------|-------------------|----------|
 * | somebody |     |                                   |                           |                   | keep: wait |
 * |         |      |                                   |                           | finished, undone  | close: it had ended |
 * |         | none |                                   |                           |                   | close: nothing was done |
 * |         |      |                                   | two open                  |                   | keep: two masters |
 * |         |      | writable, not a new replica       | one open                  |                   | keep: two masters |
 * |         |      | anything else                     | one open                  |                   | finish: privileges, events |
 * |         |      | dead, unknown                     | none open, an own run, never opened |         | undo: what can be reached |
 * |         |      | dead, unknown                     | none open                 |                   | keep: nobody takes writes |
 * |         |      | replicates newly from one         | none open                 |                   | keep: the master was moved |
 * |         |      |                                   | none open                 | starting, started | keep: one was opened, and is no longer open |
 * |         |      |                                   | new one dead, may have been opened | stopped  | keep: it may come back open |
 * |         |      |                                   | one unknown, or another one dead, not an own run | | keep: it may be open |
 * |         |      |                                   | none open                 | stopping, undoing, stopped | undo: the original goes on |
 *
 * "New", "newly": not before the switch. A server that the caller says is down counts as neither open nor unknown.
 *
 * Invariant: `undo`, the only decision that opens the original master, is never returned while another server takes
 * writes that did not take them before, nor while one could.
 */
export function decide(s: Situation): Decision {
  if (s.atWork !== undefined) return keep(s.atWork, 'wait until it has ended; it settles this itself');
  if (s.phase === 'finished' || s.phase === 'undone') {
    return { action: 'close', why: 'it had ended already', phase: s.phase };
  }
  if (s.owed.length === 0) return { action: 'close', why: 'nothing had been changed', phase: 'undone' };
  const open = [s.newMaster, ...s.others].filter((view) => isWriter(view, s));
  const [one, another] = open;
  if (one && another) return twoMasters(open);
  if (one) return isStillMaster(s.origMaster) ? twoMasters([s.origMaster, one]) : finish(s, one);
  return ifNoneIsOpen(s);
}

/**
 * A server that takes writes and replicates from no server of the cluster. A writable replica is badly configured (MHA's
 * default leaves replicas so, and a restart may), but no master. `stop` closed the new master: if it takes writes without a
 * restart, or a hook may have opened it, it counts even as a replica. So does a closed server that somebody opened by hand.
 */
export function isWriter(view: View, s: Pick<Situation, 'phase' | 'newMaster' | 'neverOpened'>): boolean {
  if (view.state !== 'writable') return false;
  const mayBeOpened = !['stopping', 'undoing'].includes(s.phase) && !(s.neverOpened && view.restarted);
  const openedHere = view.name === s.newMaster.name && mayBeOpened;
  return isLoneWriter(view.state, view.follows) || openedHere || view.openedSince === true;
}

/** The original master takes writes and has not become a replica since. */
export function isStillMaster(orig: View): boolean {
  return orig.state === 'writable' && newlyFollowed(orig).length === 0;
}

function newlyFollowed({ follows, followed = [] }: View): string[] {
  return follows.filter((name) => !followed.includes(name));
}

function finish({ origMaster }: Situation, one: View): Decision {
  const down = isThere(origMaster) ? '' : `; ${origMaster.name} cannot be asked: ${origMaster.why ?? 'it is down'}`;
  const why = `${one.name} is open: all servers are compared, and what is missing is given back${down}`;
  return { action: 'finish', why, master: one.name };
}

function ifNoneIsOpen(s: Situation): Decision {
  const { origMaster, newMaster } = s;
  const isOpened = s.phase === 'starting' || s.phase === 'started';
  if (!isThere(origMaster) && s.ownRun && s.neverOpened && !isOpened) {
    return { action: 'undo', why: `${origMaster.name} cannot be asked now: what can be reached is put back` };
  }
  if (!isThere(origMaster)) {
    const advice =
      'bring it back and run mha_recover again; if it is dead for good, fail over with mysql_failover, or name the ' +
      `server that is to be the master: mha_recover --master_is=HOST --is_down=${origMaster.name}`;
    const why = `the original master ${origMaster.name} is down, and no other server takes writes: ${origMaster.why}`;
    return { ...keep(why, advice), failOver: [newMaster, ...s.others].every((view) => view.state !== 'unknown') };
  }
  const [moved] = newlyFollowed(origMaster);
  if (moved !== undefined) {
    return keep(`${origMaster.name} replicates from ${moved} now, and no server is open`, nameTheMaster(moved));
  }
  if (isOpened && isStillMaster(origMaster)) {
    const way = `mha_recover --master_is=${origMaster.name}${newMaster.why ? ` --is_down=${newMaster.name}` : ''}`;
    return keep(
      `${newMaster.name} had been opened, and ${origMaster.name} takes writes by now`,
      `keep ${newMaster.name} closed until it is a replica; if ${origMaster.name} is the master: ${way}`,
    );
  }
  if (isOpened) {
    const why = newMaster.why ? `cannot be asked now: ${newMaster.why}` : 'takes no writes now';
    const down = newMaster.why ? ` --is_down=${newMaster.name}` : '';
    const advice = `bring it back, or ${nameTheMaster(newMaster.name)}${down}`;
    return keep(`${newMaster.name} had been opened and ${why}; no other server takes writes`, advice);
  }
  const why = `no other server was opened: ${origMaster.name} goes on as the master`;
  return mayBeOpenSomewhere(s) ?? { action: 'undo', why };
}

/** A server that cannot be asked may be taking writes, unless the caller knows better. */
function mayBeOpenSomewhere(s: Situation): Decision | undefined {
  const { newMaster } = s;
  const excluded = newMaster.saidDown || isThere(newMaster);
  if (s.phase === 'stopped' && !excluded && !s.neverOpened) {
    const advice = 'bring it back; or keep it down for good and run mha_recover --new_master_is_down';
    return keep(`the new master ${newMaster.name} may have been opened and cannot be asked: ${newMaster.why}`, advice);
  }
  const unknown = [newMaster, ...s.others].find((view) => mayBeOpen(view, newMaster));
  if (!unknown || s.ownRun) return undefined;
  const advice = `bring it back; or make sure that it is down and run mha_recover --is_down=${unknown.name}`;
  return keep(`${unknown.name} cannot be asked, and may be taking writes: ${unknown.why}`, advice);
}

/** A dead new master was dealt with before; any other dead server may have been opened by hand before it died. */
function mayBeOpen(view: View, newMaster: View): boolean {
  return !view.saidDown && (view.state === 'unknown' || (view.state === 'dead' && view !== newMaster));
}

function twoMasters(open: readonly View[]): Decision {
  const names = open.map(({ name }) => name).join(' and ');
  const advice =
    'compare their rows at once; mha_recover --master_is=HOST closes all but the one that is to be the master, and ends this switch';
  return keep(`TWO MASTERS: ${names} take writes`, advice);
}

function nameTheMaster(likely: string): string {
  return (
    'find out which server has the latest rows (mysql_replica_status) and make it the master: ' +
    `mha_recover --master_is=HOST, perhaps ${likely}`
  );
}

function isThere({ state }: View): boolean {
  return state === 'writable' || state === 'closed';
}

function keep(why: string, advice: string): Extract<Decision, { action: 'keep' }> {
  return { action: 'keep', why, advice };
}
