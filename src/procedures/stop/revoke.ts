import type { Session } from '../../adapters/mysql/session.ts';
import { accountName } from '../../base/account.ts';
import { ServerError } from '../../base/errors.ts';
import { regrantStatements } from '../../capabilities/accounts/grants/statements.ts';
import { readAccounts } from '../../capabilities/accounts/read.ts';
import { block, notShutOut } from '../../capabilities/accounts/shutOut/block.ts';
import type { Blocked } from '../../capabilities/accounts/shutOut/blocked.ts';
import { type Lacked, lackedBy, readAges } from '../../capabilities/accounts/shutOut/since.ts';
import { orLeftToDo } from '../engine/leftToDo.ts';
import type { Step, Undo } from '../engine/step.ts';
import { REVOKE, type RevokeState } from '../switch/captured.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../switch/context.ts';
import { givePrivilegesBack } from '../switch/givePrivilegesBack.ts';
import { planAgain, type StopFacts } from './facts.ts';
import type { ClientSessions } from './sessions/index.ts';
import { byUse } from './sessions/inUse.ts';

export const revokeUndo: Undo<SwitchContext, RevokeState> = { ...REVOKE, undo: undoRevoke };

/**
 * Shuts the applications out of the original master. The accounts are read again, as late as possible. Those that nobody
 * uses come first, so that they make nobody's outage longer.
 */
export function revoke(
  facts: StopFacts,
  clients: ClientSessions,
  shutOut: () => void,
): Step<SwitchContext, RevokeState> {
  let last: readonly Blocked[] = [];
  const counts = { unused: 0, unusedMs: 0 };
  return {
    ...revokeUndo,
    ...atOrigMaster('privileges revoked'),
    capture: (context) => capture(context, facts),
    do: async (context, { blocked }) => {
      const session = await origSession(context);
      const began = context.clock.ticks();
      await clients.look(session);
      const { unused, inUse } = byUse(blocked, clients.users);
      await block(session, unused);
      await expectShut(session, unused);
      counts.unused = unused.length;
      counts.unusedMs = Math.round(context.clock.ticks() - began);
      last = inUse;
      shutOut();
      await block(session, inUse);
    },
    verify: async (context) => expectShut(await origSession(context), last),
    counts: () => ({ ...counts }),
  };
}

async function capture(context: SwitchContext, facts: StopFacts): Promise<RevokeState> {
  const session = await origSession(context);
  const orig = await readAges(session);
  const { blocked } = planAgain(facts, await readAccounts(session));
  const lacked = [...facts.lacked, ...givenSince(facts, blocked)];
  // A privilege that could not be read back from the journal must not be taken.
  return REVOKE.parse({ blocked, lacked, ages: { orig, next: facts.ages } });
}

/** What was granted since the checks: the new master may not have received it yet. */
function givenSince({ plan }: StopFacts, blocked: readonly Blocked[]): Lacked {
  const planned = new Map(plan.blocked.map((b) => [accountName(b.account), { grants: b.grants, locked: false }]));
  return lackedBy(
    blocked,
    blocked.map((b) => planned.get(accountName(b.account))),
  );
}

function undoRevoke(context: SwitchContext, state: RevokeState) {
  let owed: readonly string[] = state.blocked.flatMap(regrantStatements);
  return orLeftToDo(
    context.origMaster,
    () => owed,
    async () => {
      const { left, gone } = await givePrivilegesBack(context, state, (statements) => {
        owed = statements;
      });
      return { left, notes: gone };
    },
  );
}

async function expectShut(session: Session, blocked: readonly Blocked[]): Promise<void> {
  const open = await notShutOut(session, blocked);
  if (open.length > 0) throw new ServerError(open.join('; '));
}
