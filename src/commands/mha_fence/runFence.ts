import type { Log } from '../../adapters/log.ts';
import { HelperError } from '../../base/errors.ts';
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
  const { command, host, port, invocation, log } = call;
  const master = { host, ...(port === undefined ? {} : { port }) };
  const cluster = await readCluster({ ...whereIn(call.options), env: invocation.env, master });
  const contextOf = (server: Target) => fenceContext(cluster, server, { log, ...invocation });
  if (command === 'status') return status(call, cluster, contextOf);
  const context = contextOf(findServer(cluster, host, port));
  if (command === 'release') {
    const released = await release(context);
    const what = released.length > 0 ? `let go: ${released.join(', ')}` : 'nothing held it';
    log.info(`${nameOf(context.server)}: ${what}; start it with read_only = 1`);
    return 0;
  }
  if (context.settings.fence === 'no') {
    log.info(`${nameOf(context.server)}: fence = no, nothing was done`);
    return command === 'stopssh' ? 10 : 0;
  }
  const result = await fence(context, { mode: command, command: true });
  const line = fenceLine(context, result);
  const code = exitOf({ script: 'mha_fence', mode: command }, result, context.settings.fenceNeeded, false);
  if (code === 1) throw new HelperError(line);
  log[result.fenced ? 'info' : 'error'](line);
  return code;
}

/** MHA passes no port: every server of that host. Never 10, which MHA takes for a failure here (MasterMonitor.pm). */
async function status(
  { host, port, log, invocation }: Call,
  cluster: Cluster,
  contextOf: (server: Target) => FenceContext,
): Promise<number> {
  const named = cluster.servers.filter((s) => s.ip === host || s.host.toLowerCase() === host.toLowerCase());
  const servers = port === undefined && named.length > 0 ? named : [findServer(cluster, host, port)];
  const sessions = sessionsOf(cluster, { log, signal: invocation.signal });
  try {
    const looked = servers.map(async (server) => ({
      context: contextOf(server),
      wrong: await noteServer(contextOf(server), sessions),
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
