import { object } from '../../base/schema.ts';
import { nameOf } from '../../base/server.ts';
import { noop, orLeftToDo, type Step } from '../engine/step.ts';
import type { SwitchContext } from '../switch/context.ts';
import { type Applying, channelsApplying, letApply, parseApplying, toStart } from './catchUp/applying.ts';

/**
 * Changes nothing itself. MHA stops the new master's SQL thread before it runs `start` (`master_pos_wait` in Server.pm),
 * and leaves it so when `start` fails: the undo lets it go on.
 */
export const replicaGoesOn: Step<SwitchContext, { readonly channels: readonly Applying[] }> = {
  name: 'replica goes on',
  title: (context) => `new master ${nameOf(context.newMaster)}: replication noted`,
  capture: async (context) => {
    const channels = await channelsApplying(await context.sessions.of(context.newMaster));
    return { channels: channels.map(({ name }) => ({ name })) };
  },
  do: noop,
  verify: noop,
  onNewMaster: true,
  undo: async (context, captured) => {
    const { channels } = parse(captured, '');
    return orLeftToDo(
      nameOf(context.newMaster),
      () => channels.map(toStart),
      async () => letApply(await context.sessions.of(context.newMaster), channels),
    );
  },
};

const parse = object<{ channels: Applying[] }>({ channels: parseApplying });
