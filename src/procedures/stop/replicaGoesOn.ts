import { orLeftToDo } from '../engine/leftToDo.ts';
import type { Step, Undo } from '../engine/step.ts';
import { atNewMaster, type SwitchContext } from '../switch/context.ts';
import { type Channels, channelsApplying, letApply, parseChannels, toStart } from './catchUp/applying.ts';

export const replicaGoesOnUndo: Undo<SwitchContext, Channels> = {
  name: 'replica goes on',
  parse: parseChannels,
  undo: (context, { channels }) =>
    orLeftToDo(
      context.newMaster,
      () => channels.map(toStart),
      async () => ({ left: await letApply(await context.sessions.of(context.newMaster), channels) }),
    ),
  onNewMaster: true,
};

/**
 * Changes nothing. MHA stops the new master's SQL thread before it runs `start` (`master_pos_wait` in Server.pm), and leaves
 * it stopped if `start` fails: the undo starts it.
 */
export const replicaGoesOn: Step<SwitchContext, Channels> = {
  ...replicaGoesOnUndo,
  ...atNewMaster('replication noted'),
  capture: async (context) => {
    const channels = await channelsApplying(await context.sessions.of(context.newMaster));
    return { channels: channels.map(({ name }) => ({ name })) };
  },
  do: async () => {},
};
