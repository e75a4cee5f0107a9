import type { Log } from '../../adapters/log.ts';
import { HelperError, messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { type Cluster, findServer, readCluster, sessionsOf } from '../../cluster/cluster.ts';
import type { ParsedOptions } from '../../mha/options.ts';
import { type FenceContext, fenceContext } from '../../procedures/fence/context.ts';
import { fence } from '../../procedures/fence/index.ts';
import { noteServer } from '../../procedures/fence/noteServer.ts';
import { release } from '../../procedures/fence/release.ts';
import { exitOf, fenceLine } from '../../procedures/fence/verdict.ts';
import type { Invocation } from '../cli/terminal.ts';
import { whereIn } from '../cli/tool.ts';

interface Call {
  readonly command: 'stopssh' | 'stop' | 'status' | 'release';
  readonly host: string;
  readonly port: number | undefined;
  readonly options: ParsedOptions;
  readonly invocation: Invocation;
  readonly log: Log;
}

/** Runs one command of mha_fence. Returns the exit code for MHA. */
export async function runFence(call: Call): Promise<number> {
  const { command, log } = call;
  if (command === 'stop' || command === 'stopssh') return stop(call, command);
  const cluster = await clusterOf(call);
  if (command === 'status') return status(call, cluster);
  const context = contextOf(call, cluster, findServer(cluster, call.host, call.port));
  const released = await release(context);
  const what = released.length > 0 ? `let go: ${released.join(', ')}` : 'nothing held it';
  log.info(`${nameOf(context.server)}: ${what}; start it with read_only = 1`);
  return 0;
}

function clusterOf({ host, port, options, invocation }: Call): Promise<Cluster> {
  const master = { host, ...(port === undefined ? {} : { port }) };
  return readCluster({ ...whereIn(options), env: invocation.env, master });
}

function contextOf({ log, invocation }: Call, cluster: Cluster, server: Target): FenceContext {
  return fenceContext(cluster, server, { log, ...invocation });
}

/**
 * Without a configuration nobody knows whether the server must be fenced. MHA has stopped the replicas' IO threads by now: it
 * goes on, as after the hook.
 */
async function stop(call: Call, command: 'stop' | 'stopssh'): Promise<number> {
  const { host, port, log } = call;
  let context: FenceContext;
  try {
    const cluster = await clusterOf(call);
    context = contextOf(call, cluster, findServer(cluster, host, port));
  } catch (error) {
    const name = port === undefined ? host : nameOf({ host, port });
    log.error(`NOT FENCED: ${name} may still take writes: ${messageOf(error)}`);
    return exitOf({ script: 'mha_fence', mode: command }, { fenced: false, text: '' }, false, false);
  }
  if (context.settings.fence === 'no') {
    log.info(`${nameOf(context.server)}: fence = no, nothing was done`);
    return command === 'stopssh' ? 10 : 0;
  }
  const result = await fence(context, { mode: command, command: true });
  const code = exitOf({ script: 'mha_fence', mode: command }, result, context.settings.fenceNeeded, false);
  const line = fenceLine(context, result, code);
  if (code === 1) throw new HelperError(line);
  log[result.fenced ? 'info' : 'error'](line);
  return code;
}

/** MHA passes no port: every server of that host. Never 10, which MHA takes for a failure here (MasterMonitor.pm). */
async function status(call: Call, cluster: Cluster): Promise<number> {
  const { host, port, log, invocation } = call;
  const named = cluster.servers.filter((s) => s.ip === host || s.host.toLowerCase() === host.toLowerCase());
  const servers = port === undefined && named.length > 0 ? named : [findServer(cluster, host, port)];
  const sessions = sessionsOf(cluster, { log, signal: invocation.signal });
  try {
    const looked = servers.map(async (server) => ({
      context: contextOf(call, cluster, server),
      wrong: await noteServer(contextOf(call, cluster, server), sessions),
    }));
    const found = await Promise.all(looked);
    const fatal = found.filter(({ context: { settings } }) => settings.fenceNeeded && !settings.fenceCommand);
    const problems = fatal.flatMap(({ wrong }) => wrong);
    if (problems.length > 0)
      throw new HelperError([...problems, 'fence_needed = yes: MHA would not fail over'].join('\n'));
    for (const line of found.flatMap(({ wrong }) => wrong)) log.warning(line);
    for (const { context, wrong } of found)
      if (wrong.length === 0) log.info(`${nameOf(context.server)}: can be fenced`);
    return 0;
  } finally {
    await sessions.closeAll();
  }
}
