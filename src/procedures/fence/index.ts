import { messageOf } from '../../base/errors.ts';
import { oneLine } from '../../base/text.ts';
import { writeNote } from '../../capabilities/fence/note.ts';
import type { Fenced } from '../../capabilities/fence/result.ts';
import { type FenceContext, fenceNotePath, releaseCommand } from './context.ts';
import { fenceOverSsh } from './overSsh.ts';
import { fenceByCommand } from './ownCommand.ts';

export interface FenceHow {
  /** `stopssh`: the host answers ssh. `stop`: it does not. */
  readonly mode: 'stopssh' | 'stop';
  /** False to leave `fence_command` to another call. */
  readonly command: boolean;
}

/**
 * Makes sure that the server of a dead master takes no write any more, within `fence_timeout`: ends it over ssh, and if that
 * fails runs `fence_command`. Notes the result for the record of the failover. Never throws.
 */
export async function fence(context: FenceContext, how: FenceHow): Promise<Fenced> {
  const result = await tried(context, how).catch(
    (error): Fenced => ({ fenced: false, text: messageOf(error), advice: 'end the server by hand' }),
  );
  const { fenced } = result;
  const text = oneLine(`${result.text}${releaseOf(context, result)}`);
  try {
    writeNote(fenceNotePath(context), { at: context.clock.now().toISOString(), fenced, text });
  } catch (error) {
    context.log.warning(`the result of the fence cannot be noted: ${messageOf(error)}`);
  }
  return { ...result, text };
}

/** What lets it start again, unless only `fence_command` knows. */
function releaseOf(context: FenceContext, { fenced, isOrdered }: Fenced): string {
  if (!isOrdered) return '';
  const command = releaseCommand(context);
  return fenced ? `; ${command} lets it start again` : `; if it must serve again: ${command}`;
}

async function tried(context: FenceContext, { mode, command }: FenceHow): Promise<Fenced> {
  const { settings, clock } = context;
  const end = clock.ticks() + settings.fenceMs;
  const runsCommand = command && settings.fenceCommand !== undefined;
  const failed: Fenced[] = [];
  if (settings.fence === 'mysqld' && mode === 'stopssh') {
    const result = await fenceOverSsh(context, runsCommand ? settings.fenceMs * 0.6 : settings.fenceMs);
    if (result.fenced) return result;
    failed.push(result);
  }
  if (runsCommand) {
    const result = await fenceByCommand(context, mode, Math.max(1000, end - clock.ticks()));
    const before = failed.map(({ text }) => text);
    const isOrdered = failed.some((one) => one.isOrdered);
    if (result.fenced) return { ...result, isOrdered, text: [result.text, ...before].join('; before that: ') };
    failed.push(result);
  }
  const advice = failed.flatMap((one) => one.advice ?? []).at(0) ?? NO_COMMAND;
  const isOrdered = failed.some((one) => one.isOrdered);
  return { fenced: false, isOrdered, text: failed.map(({ text }) => text).join('; ') || NO_SSH, advice };
}

const NO_SSH = 'its host does not answer ssh, and there is no fence_command';
const NO_COMMAND = 'power its host off, or cut it off, and set fence_command for the next time';
