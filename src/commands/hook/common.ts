import type { SwitchKind } from '../../procedures/switch/status.ts';
import type { HookCall, HookCommand } from './hook.ts';

/** `start`, after a planned switch or a failover. */
export function startAs(how: 'planned' | 'dead'): HookCommand {
  const load = async () => {
    const { startCommand } = await import('./startCommand.ts');
    return (call: HookCall) => startCommand(call, how);
  };
  return { needs: ['orig_master', 'new_master'], inSpiteOfProblems: true, load };
}

/** `status`, before a planned switch or a failover. */
export function statusAs(kind: SwitchKind): HookCommand {
  const load = async () => {
    const { statusCommand } = await import('./statusCommand.ts');
    return (call: HookCall) => statusCommand(call, kind);
  };
  return { needs: ['orig_master'], load };
}
