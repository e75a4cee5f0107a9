import { verifyBinlogOff } from '../../capabilities/binlog.ts';
import { noop, type Step } from '../engine/step.ts';
import { atOrigMaster, type SwitchContext } from '../switch/context.ts';
import type { StopFacts } from './facts.ts';

interface Summary {
  readonly blocked: number;
  readonly kept: Readonly<Record<string, string>>;
}

/** The session that will take the accounts' rights must not write to the binlog: the new master's rights would go too. */
export function readMaster(facts: StopFacts): Step<SwitchContext, Summary> {
  return {
    name: 'read original master',
    ...atOrigMaster('binlog off for this session, accounts read'),
    capture: async () => ({
      blocked: facts.plan.blocked.length,
      kept: Object.fromEntries(
        facts.plan.kept.map(({ state, reason }) => [`${state.account.user}@${state.account.host}`, reason]),
      ),
    }),
    do: async (context) => {
      await context.sessions.withoutBinlog(context.origMaster);
      for (const note of facts.plan.notes) context.log.warning(note);
    },
    verify: async (context) => verifyBinlogOff(await context.sessions.withoutBinlog(context.origMaster)),
    notes: () => facts.plan.notes,
    undo: noop,
  };
}
