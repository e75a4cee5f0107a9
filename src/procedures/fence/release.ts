import { HelperError } from '../../base/errors.ts';
import { nameOf } from '../../base/server.ts';
import type { FenceContext } from './context.ts';
import { questionsAbout, talkToHost } from './host.ts';
import { about } from './overSsh.ts';

/** Lets a fenced server start again. Resolves with what was let go. @throws HelperError if its host cannot be asked */
export async function release(context: FenceContext): Promise<string[]> {
  const { server, settings } = context;
  const order = () => ({ order: 'release', fields: about(server) });
  const { answers, why } = await talkToHost(context, questionsAbout(context, undefined), order, settings.fenceMs);
  if (why !== undefined) throw new HelperError(`${nameOf(server)} was not let go: ${why}`);
  const released = answers.filter(({ word }) => word === 'released').map(({ fields }) => fields);
  const stuck = released.find(({ result }) => result !== 'ended');
  const what = ({ guard, unit }: Readonly<Record<string, string>>) => (unit ? unit : `the guard (pid ${guard})`);
  if (stuck) throw new HelperError(`${nameOf(server)}: ${what(stuck)} was not let go: ${stuck.result}`);
  return released.map(what);
}
