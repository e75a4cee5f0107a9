import type { Lab } from '../../tools/lab/lab.ts';
import { MHA_ENV } from '../../tools/lab/mha.ts';
import { until } from '../../tools/lab/wait.ts';
import { processes, type Started, start } from '../scenes/mha.ts';

/** The guardian processes of this lab's switches, by pid. */
export function guardians(lab: Lab): number[] {
  return processes(lab)
    .filter((each) => each.includes('/commands/guardian.js'))
    .map((each) => Number.parseInt(each, 10));
}

export async function noGuardian(lab: Lab, limitMs = 20_000): Promise<void> {
  await until('the end of the guardian', limitMs, () => guardians(lab).length === 0);
}

/** Begins a planned switch to server 1 by MHA alone. */
export function plainSwitch(lab: Lab, env: Record<string, string> = {}): Promise<Started> {
  const args = ['--master_state=alive', `--conf=${lab.confFile}`, `--new_master_host=${lab.server(1).host}`];
  return start('masterha_master_switch', [...args, '--interactive=0', '--orig_master_is_new_slave'], {
    env: { ...MHA_ENV, ...env },
  });
}
