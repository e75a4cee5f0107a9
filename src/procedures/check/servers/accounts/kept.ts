import { accountName } from '../../../../base/account.ts';
import { type Finding, note, warning } from '../../../../base/finding.ts';
import { ROOT } from '../../../../capabilities/accounts/shutOut/keep.ts';
import { lockNotes } from '../../../../capabilities/accounts/shutOut/plan.ts';
import { passingReadOnly, proxyNotes } from '../../../../capabilities/accounts/whoCanStill.ts';
import { readReadOnly } from '../../../../capabilities/readOnly.ts';
import type { Check, CheckContext, CheckedServer } from '../../context.ts';
import { each, someOf, whereOf } from '../each.ts';
import { type AccountFacts, accountFacts } from '../facts.ts';

/** Who is not shut out by a switch, or otherwise than asked for. */
export const kept: Check = {
  title: 'who is kept, who is locked',
  run: async (context) => {
    const { master } = context;
    if (!master) return [];
    return each([master], async () => {
      const facts = await accountFacts(context, master);
      return [...(await writing(context, master, facts)), ...told(master, facts)];
    });
  },
};

/** Kept accounts that go on writing while the new master takes over: what they write there is lost. */
async function writing(context: CheckContext, master: CheckedServer, facts: AccountFacts): Promise<Finding[]> {
  const { superReadOnly } = await readReadOnly(master.session);
  if (context.settings.superReadOnly && superReadOnly !== undefined) return [];
  const passing = passingReadOnly(facts, facts.plan.kept);
  const roots = passing.filter((p) => p.reason === ROOT);
  const others = passing.filter((p) => p.reason !== ROOT);
  return [
    ...passes(master, others, warning, superReadOnly !== undefined),
    ...passes(master, roots, note, superReadOnly !== undefined),
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
  const text = `kept, and may write in spite of read_only: ${someOf(names)}`;
  const advice = superExists
    ? 'take that privilege from it, or set super_read_only = yes'
    : 'take that privilege from it, or see that it writes nothing during a switch';
  return [find('writes_in_spite', whereOf(master), text, advice)];
}

function told(master: CheckedServer, facts: AccountFacts): Finding[] {
  const { plan } = facts;
  const where = whereOf(master);
  return [
    ...lockNotes(plan.locked).map((text) => note('locked_instead', where, text)),
    ...proxyNotes(facts, plan.blocked, plan.kept).map((text) => note('kept_proxy', where, text)),
  ];
}
