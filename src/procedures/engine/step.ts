import type { Clock } from '../../adapters/clock.ts';
import type { Log } from '../../adapters/log.ts';
import type { Endpoint } from '../../base/server.ts';
import type { Counts } from '../../capabilities/journal/data.ts';

/** What the engine needs of a procedure's context. */
export interface EngineContext {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the procedure is to stop. */
  readonly signal: AbortSignal;
}

/**
 * How a step is undone, perhaps in another process, from the journal alone. `undo` must rely on `captured` only, be harmless
 * if there is nothing to undo or if it runs twice, restore what was captured and never a presumed value, and read it back.
 */
export interface Undo<Context, Captured = unknown> {
  /** The step's name in the journal. */
  readonly name: string;
  /**
   * Checks what the journal holds: no text in it is ever sent to a server as SQL. Missing if `undo` needs nothing.
   * @throws Error that names the first malformed value.
   */
  parse?(captured: unknown): Captured;
  /**
   * Missing if the step leaves nothing behind. Resolves with what an operator should know.
   * @throws if something could not be put back, see {@link orLeftToDo}.
   */
  undo?(context: Context, captured: Captured): Promise<readonly string[] | undefined>;
  /** Only if `undo` makes a server writable: closes it again. */
  closeAgain?(context: Context, captured: Captured): Promise<void>;
  /** The step changes only the new master: if that is down for good, there is nothing to undo. */
  readonly onNewMaster?: true;
}

/**
 * A step that can be undone. The runner calls `capture`, writes the result to the journal, then calls `do` and `verify`; if
 * this step or a later one fails, `undo`. `Kept` is the part of `Captured` that `undo` needs.
 */
export interface Step<Context, Captured = unknown, Kept = Captured> extends Undo<Context, Kept> {
  /** What it does and where, for the log. */
  title(context: Context): string;
  /** The server that it works on and what it does there, for the record. */
  where?(context: Context): Endpoint;
  readonly kind?: string;
  /** Reads the present state and changes nothing. The result must survive JSON. Missing if `do` needs nothing. */
  capture?(context: Context): Promise<Captured>;
  do(context: Context, captured: Captured): Promise<void>;
  /** @throws if the servers are not in the state that `do` should have reached. */
  verify?(context: Context, captured: Captured): Promise<void>;
  /** What it did, in numbers, for the timeline; called after `verify`. */
  counts?(): Counts;
  /** What an operator should know afterwards; called after `verify`. */
  notes?(): readonly string[];
}
