import type { Session } from '../../adapters/mysql/session.ts';
import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { block, stillOpen } from '../../capabilities/accounts/block.ts';
import type { Blocked } from '../../capabilities/accounts/blocked.ts';
import { parseBlocked } from '../../capabilities/accounts/parseCaptured.ts';
import { readAccounts } from '../../capabilities/accounts/read.ts';
import { restore } from '../../capabilities/accounts/restore.ts';
import { regrantStatements } from '../../capabilities/accounts/statements.ts';
import type { Journal } from '../../capabilities/journal/journal.ts';
import { endUnfinished } from '../../capabilities/unfinished.ts';
import type { SwitchContext } from '../context.ts';
import { orLeftToDo, type Step } from '../step.ts';
import { planAgain, type StopFacts } from './facts.ts';
import { byUse } from './inUse.ts';
import { lookAtAll } from './longWork.ts';

export interface RevokeState {
  readonly blocked: readonly Blocked[];
}

export const REVOKE = 'revoke';

/** Whom the switch of this journal shut out. @throws Error if what the journal says is of another form. */
export function blockedIn(journal: Journal | undefined): readonly Blocked[] {
  const captured = journal?.captured(REVOKE);
  return captured === undefined ? [] : parseBlocked(captured);
}

/**
 * Shuts the applications out of the original master. The accounts are read again, as late as can be. Those that nobody
 * uses are taken and read back first, so that many of them make nobody's outage longer. Nothing is taken that could not be
 * read from the journal again.
 */
export function revoke(facts: StopFacts): Step<SwitchContext, RevokeState> {
  let last: readonly Blocked[] = [];
  const counts = { unused: 0, unusedMs: 0 };
  return {
    name: REVOKE,
    title: (context) => `original master ${nameOf(context.origMaster)}: privileges revoked`,
    capture: async (context) => {
      const now = await readAccounts(await context.sessions.unlogged(context.origMaster));
      const state = { blocked: planAgain(facts, now).blocked };
      parseBlocked(state);
      return state;
    },
    do: async (context, { blocked }) => {
      const session = await context.sessions.unlogged(context.origMaster);
      const began = context.clock.ticks();
      await lookAtAll(facts, context);
      const { unused, inUse } = byUse(blocked, facts.users);
      await block(session, unused);
      await expectShut(session, unused);
      counts.unused = unused.length;
      counts.unusedMs = Math.round(context.clock.ticks() - began);
      last = inUse;
      await block(session, inUse);
    },
    verify: async (context) => expectShut(await context.sessions.unlogged(context.origMaster), last),
    counts: () => ({ ...counts }),
    undo: async (context, captured) => {
      const blocked = parseBlocked(captured);
      await orLeftToDo(nameOf(context.origMaster), blocked.flatMap(regrantStatements), async () =>
        restore(await endUnfinished(await context.sessions.unlogged(context.origMaster)), blocked),
      );
    },
  };
}

async function expectShut(session: Session, blocked: readonly Blocked[]): Promise<void> {
  const open = await stillOpen(session, blocked);
  if (open.length > 0) throw new ServerError(open.join('; '));
}
