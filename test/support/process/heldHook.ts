import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../tools/lab/lab.ts';
import { until } from '../../tools/lab/wait.ts';
import { bin } from '../commands.ts';

/** MHA between the two hooks: it has called `stop`, which has ended, and hears of that only when it is let go. */
export interface Held {
  /** Resolves once `stop` has ended. */
  readonly stopped: (details?: () => string) => Promise<unknown>;
  readonly letGo: () => void;
}

/** Makes MHA's online hook one that is ours, but for the end of `stop`. */
export function holdAfterStop(lab: Lab): Held {
  const mark = join(lab.folder, 'stop-has-ended');
  rmSync(mark, { force: true });
  const ours = `'${bin('master_ip_online_change')}' --conf='${lab.confFile}' "$@"`;
  const stop = `${ours}; code=$?; touch '${mark}'; while [ -e '${mark}' ]; do sleep 0.05; done; exit $code`;
  const hook = join(lab.folder, 'late-hook');
  writeFileSync(hook, `#!/bin/sh\ncase "$1" in --command=stop) ${stop} ;; esac\nexec ${ours}\n`, { mode: 0o755 });
  lab.configure({ master_ip_online_change_script: hook });
  return {
    stopped: (details) => until('the end of stop', 60_000, () => existsSync(mark), details),
    letGo: () => rmSync(mark),
  };
}

/** The process id of MHA, from a list of processes as `pid command`. */
export function masterhaAmong(processes: readonly string[]): number {
  const found = processes.find((each) => /^\d+ \S*perl \S*masterha_master_switch/.test(each));
  if (!found) throw new Error(`masterha_master_switch does not run:\n${processes.join('\n')}`);
  return Number.parseInt(found, 10);
}
