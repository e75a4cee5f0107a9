import { systemClock } from '../../adapters/clock.ts';
import type { Log } from '../../adapters/log.ts';
import { isAlive, WRAPPER, wrapperMark } from '../../adapters/machine.ts';
import { CALLS, type CallListener, type HookCall, listenForCalls } from '../../adapters/programs/calls.ts';
import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { type Cluster, findServer, journalsOf, sessionsOf } from '../../cluster/cluster.ts';
import type { Sessions } from '../../cluster/sessions.ts';
import { parseHookArguments } from '../../mha/hookArguments.ts';
import { type AnnouncedCall, isDue, openOverWarm } from '../../procedures/start/earlyOpening.ts';
import { UNINTERRUPTED } from '../cli/terminal.ts';

export interface EarlyOpening {
  /** For the environment of MHA and its hooks; overrides what another switch may have left there. */
  readonly env: NodeJS.ProcessEnv;
  /** Waits for a started opening. True if the new master was, or may have been, opened here. */
  end(): Promise<boolean>;
}

/**
 * When MHA calls `start`, the wrapper is already connected to the new master, and opens it while the hook is still
 * loading. The hook repeats and verifies everything, so a failure here goes to the debug log only.
 */
export function openEarly(cluster: Cluster, log: Log): EarlyOpening {
  const sessions = sessionsOf(cluster, { log, signal: UNINTERRUPTED });
  const underWay: Promise<void>[] = [];
  let tried = false;
  const on = async (call: HookCall) => {
    const announced = announcedBy(call);
    const newMaster = findServer(cluster, announced.host ?? '', announced.port);
    if (announced.command === 'stop') await sessions.of(newMaster);
    const journals = (await journalsOf(cluster)).flatMap(({ journal }) => journal ?? []);
    const [open] = journals;
    const all = journals.map(({ data }) => data);
    if (!isAlive(call.pid) || !open || !isDue(announced, all) || !(await open.isHeldHere())) return;
    tried = true;
    await open.forgetUnopened();
    listener?.tellOpened(await openNow(sessions, newMaster, log));
  };
  const failed = (error: unknown) => log.debug(`not opened early: ${messageOf(error)}`);
  const listener = listening((call) => underWay.push(on(call).catch(failed)), failed);
  const end = async () => {
    listener?.stop();
    await Promise.all(underWay);
    await sessions.closeAll();
    return tried;
  };
  return { env: { [CALLS]: listener?.dir, [WRAPPER]: wrapperMark() }, end };
}

function listening(onCall: (call: HookCall) => void, failed: (error: unknown) => void): CallListener | undefined {
  try {
    return listenForCalls(onCall);
  } catch (error) {
    failed(error);
    return undefined;
  }
}

async function openNow(sessions: Sessions, newMaster: Target, log: Log): Promise<string> {
  const at = await openOverWarm({ sessions, clock: systemClock }, newMaster);
  log.debug(`new master ${nameOf(newMaster)}: read_only off before the hook had started`);
  return at;
}

function announcedBy({ args }: HookCall): AnnouncedCall {
  const { command, newMaster } = parseHookArguments(args, {});
  return { command, host: newMaster?.host, port: newMaster?.port ?? 0 };
}
