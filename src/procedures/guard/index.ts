import { messageOf } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import type { Phase } from '../../capabilities/journal/data.ts';
import { Journal } from '../../capabilities/journal/journal.ts';
import type { HookCall } from '../../mha/hookCalls.ts';
import type { SwitchContext } from '../switch/context.ts';
import { deedFor, type Seen } from './decide.ts';
import { openEarly } from './openEarly.ts';
import { lookAtDelay } from './why.ts';

/** `stop`, as it reports itself; {@link guard} reads it again and again. */
export interface StopNow {
  state: Seen['stop'];
  /** When the outage began, in clock ticks. */
  shutOut?: number;
}

/** MHA, as this machine shows it. */
export interface WatchedMha {
  isRunning(): boolean;
  /** The `start` that it has called, if that runs now. Called every millisecond. */
  startCall(): HookCall | undefined;
  /** Ends it and everything that it started. Resolves with what still runs, in words; undefined if nothing does. */
  end(): Promise<string | undefined>;
}

export interface Watched {
  readonly context: SwitchContext;
  readonly stop: StopNow;
  readonly mha: WatchedMha;
  /** For the operator, who may read MHA's output only. */
  say(text: string): void;
}

/** How the guard ended. */
export interface GuardEnd {
  /** The switch is to be undone or finished: MHA is dead, or `stop` was killed. */
  readonly settle: boolean;
  /** The new master was, or may have been, opened here. */
  readonly opened: boolean;
  /** Why MHA was ended; undefined if it was not. */
  readonly ended?: string;
  /** This process watched all the time: nobody had time to move the master by hand unseen. */
  readonly awake: boolean;
}

/** While MHA may call `start` at any moment; otherwise. */
const SOON_MS = 1;
const CALM_MS = 20;
/** How long `stop` may need beyond `max_outage` and `undo_timeout`. */
const UNDONE_MS = 5000;
/** If two looks are further apart, this process was suspended. */
const STOOD_STILL_MS = 10_000;

/**
 * Watches a switch from `stop` on: opens the new master the moment MHA calls `start`, and ends MHA if nobody could write for
 * `max_outage`. Returns as soon as nothing is left to watch; {@link deedFor} says when. It changes nothing but the new
 * master's read_only, and that only as one of the holders of the claim.
 */
export async function guard(watched: Watched): Promise<GuardEnd> {
  const { context, stop, mha } = watched;
  const { clock } = context;
  const journal = new JournalNow(context);
  let opening: Seen['opening'] = 'not tried';
  let looked = clock.ticks();
  let awake = true;
  const end = (settle: boolean, ended?: string): GuardEnd => {
    return { settle, opened: opening !== 'not tried', awake, ...(ended === undefined ? {} : { ended }) };
  };
  for (let tick = 0; ; tick += 1) {
    awake &&= clock.ticks() - looked < STOOD_STILL_MS;
    looked = clock.ticks();
    const soon: boolean = journal.phase === 'stopped' && stop.state === 'done' && opening === 'not tried';
    const inFull = !soon || tick % (CALM_MS / SOON_MS) === 0;
    if (inFull) await journal.look();
    const call: HookCall | undefined = soon ? mha.startCall() : undefined;
    const mhaRuns = call !== undefined || !inFull || mha.isRunning();
    const seen = { stop: stop.state, phase: journal.phase, mhaRuns, startRuns: call !== undefined, opening };
    const deed = deedFor({
      ...seen,
      isOver: isOver(context, stop),
      isOverdue: isOver(context, stop, context.settings.undoMs + UNDONE_MS),
    });
    if (deed === 'leave' || deed === 'settle') return end(deed === 'settle');
    if (deed === 'open' && call) opening = (await openEarly(context, call)) ? 'opened' : 'failed';
    if (deed === 'end MHA') {
      const why = await endMha(watched);
      if (why !== undefined) return end(true, why);
      opening = 'opened';
    }
    await clock.sleep(soon ? SOON_MS : CALM_MS);
  }
}

function isOver({ clock, settings: { maxOutageMs } }: SwitchContext, { shutOut }: StopNow, longerMs = 0): boolean {
  return maxOutageMs !== undefined && shutOut !== undefined && clock.ticks() - shutOut >= maxOutageMs + longerMs;
}

/** Undefined, with nothing done, if the new master takes writes. */
async function endMha({ context, stop, mha, say }: Watched): Promise<string | undefined> {
  const { isOpen, why } = await lookAtDelay(context);
  if (isOpen) return undefined;
  const { clock, origMaster, settings } = context;
  const seconds = ((clock.ticks() - (stop.shutOut ?? clock.ticks())) / 1000).toFixed(1);
  const limit = `max_outage (${(settings.maxOutageMs ?? 0) / 1000} s)`;
  const cause = stop.state === 'running' ? 'stop neither goes on nor undoes anything' : why;
  const what = `nobody could write for ${seconds} s, and ${limit} is over: ${cause}`;
  say(`${what}. MHA is ended, and ${nameOf(origMaster)} becomes the master again`);
  for (let left = await mha.end(); left !== undefined; left = await mha.end()) {
    context.log.error(`${left} cannot be ended, and may open the new master: nothing is put back before it has gone`);
    await clock.sleep(1000);
  }
  return `${what}; MHA was ended`;
}

/** The phase of the switch's open journal, read again only if it was written. */
class JournalNow {
  phase: Phase | undefined;
  readonly #context: SwitchContext;
  #stamp: string | undefined;
  #failure: string | undefined;

  constructor(context: SwitchContext) {
    this.#context = context;
  }

  async look(): Promise<void> {
    const { journals, origMaster, log } = this.#context;
    const path = journals.pathOf(origMaster);
    try {
      const stamp = await journals.stamp(path);
      if (stamp === this.#stamp) return;
      this.phase = (await Journal.load(journals, path))?.data.phase;
      this.#stamp = stamp;
      this.#failure = undefined;
    } catch (error) {
      // There may be one: as if somebody were at work.
      this.phase ??= 'stopping';
      this.#stamp = 'not read';
      if (messageOf(error) === this.#failure) return;
      this.#failure = messageOf(error);
      log.warning(`the guardian cannot read the journal: ${this.#failure}; it tries again`);
    }
  }
}
