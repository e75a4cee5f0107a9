import { ServerError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import { block, stillOpen } from '../../capabilities/accounts/block.ts';
import type { Blocked } from '../../capabilities/accounts/blocked.ts';
import { readAccounts } from '../../capabilities/accounts/read.ts';
import { restore } from '../../capabilities/accounts/restore.ts';
import { regrantStatements } from '../../capabilities/accounts/statements.ts';
import { endUnfinished } from '../../capabilities/unfinished.ts';
import type { SwitchContext } from '../context.ts';
import { orLeftToDo, type Step } from '../step.ts';
import { planAgain, type StopFacts } from './facts.ts';

export interface RevokeState {
  readonly blocked: readonly Blocked[];
}

/** The name that `start` and recovery look the revoked accounts up by. */
export const REVOKE = 'revoke';

/** Shuts the applications out of the original master. The accounts are read again, as late as can be. */
export function revoke(facts: StopFacts): Step<SwitchContext, RevokeState> {
  return {
    name: REVOKE,
    title: (context) => `original master ${nameOf(context.origMaster)}: privileges revoked`,
    capture: async (context) => {
      const now = await readAccounts(await context.sessions.unlogged(context.origMaster));
      return { blocked: planAgain(facts, now).blocked };
    },
    do: async (context, { blocked }) => block(await context.sessions.unlogged(context.origMaster), blocked),
    verify: async (context, { blocked }) => {
      const open = await stillOpen(await context.sessions.unlogged(context.origMaster), blocked);
      if (open.length > 0) throw new ServerError(open.join('; '));
    },
    undo: (context, { blocked }) =>
      orLeftToDo(nameOf(context.origMaster), blocked.flatMap(regrantStatements), async () =>
        restore(await endUnfinished(await context.sessions.unlogged(context.origMaster)), blocked),
      ),
  };
}
