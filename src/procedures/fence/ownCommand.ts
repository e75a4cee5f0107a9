import { runProgram } from '../../adapters/programs/child.ts';
import type { Fenced } from '../../capabilities/fence/result.ts';
import type { FenceContext } from './context.ts';

/**
 * Runs `fence_command` with the server's name in its environment: no shell, and nothing of MHA's in its arguments. Its exit
 * code is that of MHA's shutdown_script: 0 the host is off, 10 the server is, and ssh still answers. Never throws.
 */
export async function fenceByCommand(
  context: FenceContext,
  mode: 'stopssh' | 'stop',
  limitMs: number,
): Promise<Fenced> {
  const { server, settings, env, signal } = context;
  const { program, args } = settings.fenceCommand ?? { program: '', args: [] };
  const about = {
    MHA_FENCE_MODE: mode,
    MHA_FENCE_HOST: server.host,
    MHA_FENCE_IP: server.ip,
    MHA_FENCE_PORT: String(server.port),
  };
  const { code, ...result } = await runProgram(program, args, { env: { ...env, ...about }, limitMs, signal });
  if (code === 0) return { fenced: true, by: 'power', text: `${program} reports the host as off` };
  if (code === 10) return { fenced: true, by: 'host', text: `${program} reports the server as off` };
  const last = result.stderr.trim().split('\n').at(-1)?.trim();
  const how = code === undefined ? 'failed' : `ended with ${code}`;
  return { fenced: false, text: `${program} ${how}${last ? `: ${last}` : ''}`, advice: `run it by hand: ${program}` };
}
