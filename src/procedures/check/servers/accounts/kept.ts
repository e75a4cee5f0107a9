import { accountName } from '../../../../base/account.ts';
import { type Finding, note, warning } from '../../../../base/finding.ts';
import { ROOT } from '../../../../capabilities/accounts/shutOut/keep.ts';
import { lockNotes } from '../../../../capabilities/accounts/shutOut/plan.ts';
import { passingReadOnly, proxyNotes } from '../../../../capabilities/accounts/whoCanStill.ts';
import { readReadOnly } from '../../../../capabilities/readOnly.ts';
import type { Check, CheckContext, CheckedServer } from '../../context.ts';
import { each, someOf, whereOf } from '../each.ts';
import { type AccountFacts, accountFacts } from '../facts.ts';

/** Accounts that a switch does not shut out, or shuts out in another way than configured. */
export const kept: Check = {
  title: 'who is kept, who is locked',
  run: async (context) => {
    const { master } = context;
    if (!master) return [];
    return each([master], async () => {
      const facts = await accountFacts(context, master);
      return [...(await writing(context, master, facts)), ...planNotes(master, facts)];
    });
  },
};

/** Kept accounts that can go on writing while the new master takes over: what they write is lost. */
async function writing(context: CheckContext, master: CheckedServer, facts: AccountFacts): Promise<Finding[]> {
  const { superReadOnly } = await readReadOnly(master.session);
  if (context.settings.superReadOnly && superReadOnly !== undefined) return [];
  const passing = passingReadOnly(facts, facts.plan.kept);
  const superExists = superReadOnly !== undefined;
  return [
    ...passes(
      master,
      passing.filter((p) => p.reason !== ROOT),
      warning,
      superExists,
    ),
    ...passes(
      master,
      passing.filter((p) => p.reason === ROOT),
      note,
      superExists,
    ),
  ];
}

function passes(
  master: CheckedServer,
  passing: ReturnType<typeof passingReadOnly>,
  find: typeof warning,
  superExists: boolean,
): Finding[] {
  if (passing.length === 0) return [];
  const names = passing.map(({ account, by, reason }) => `${accountName(account)} (${by}; kept: ${reason})`);
  const text = `kept, and able to write in spite of read_only: ${someOf(names)}`;
  const or = superExists ? 'set super_read_only = yes' : 'make sure that it writes nothing during a switch';
  return [find('writes_in_spite', whereOf(master), text, `revoke that privilege, or ${or}`)];
}

function planNotes(master: CheckedServer, facts: AccountFacts): Finding[] {
  const { locked, blocked, kept } = facts.plan;
  return [
    ...lockNotes(locked).map((text) => note('locked_instead', whereOf(master), text)),
    ...proxyNotes(facts, blocked, kept).map((text) => note('kept_proxy', whereOf(master), text)),
  ];
}
