import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Begins a planned switch to server 1 by MHA alone; its output goes to `file` if there is one. */
export function plainSwitch(lab: Lab, env: Record<string, string> = {}, file?: string): Promise<Started> {
  const own = ['--master_state=alive', `--conf=${lab.confFile}`, `--new_master_host=${lab.server(1).host}`];
  const args = [...own, '--interactive=0', '--orig_master_is_new_slave'];
  const options = { env: { ...MHA_ENV, ...env } };
  if (file === undefined) return start('masterha_master_switch', args, options);
  return start('sh', ['-c', `exec masterha_master_switch "$@" >'${file}' 2>&1`, 'sh', ...args], options);
}

/** An environment in which the hook's `start` does that before its Node is loaded. */
export function slowStart(lab: Lab, before: string): Record<string, string> {
  const folder = join(lab.folder, 'bin');
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh\ncase "$*" in *--command=start*) ${before} ;; esac\nexec ${process.execPath} "$@"\n`;
  writeFileSync(join(folder, 'node'), script, { mode: 0o755 });
  return { PATH: `${folder}:${process.env.PATH}` };
}
