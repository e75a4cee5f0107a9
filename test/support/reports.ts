import { expect } from 'vitest';
import type { RunResult } from '../tools/lab/run.ts';
import { onlineArguments, runCommand } from './commands.ts';
import { useLab } from './useLab.ts';
import { secretsIn } from './zoo/secrets.ts';
import { stockZoo } from './zoo/zoo.ts';

/** A lab with the zoo, the hooks that switch from server 0 to server 1, and `mha_report` about them. */
export function useReports() {
  const lab = useLab({ ssh: false, settings: { kill_after_timeout: 0.5 }, stock: stockZoo });
  return {
    lab,
    report: (...args: string[]) => runCommand('mha_report', [`--conf=${lab.confFile}`, ...args]),
    hook: (command: string) =>
      runCommand('master_ip_online_change', onlineArguments(lab, command, lab.server(0), lab.server(1))),
    /** Expects exit code 0 and no secret in the output, which it returns. */
    succeeds: async (run: Promise<RunResult>): Promise<string> => {
      const result = await run;
      expect(result.code, result.stdout + result.stderr).toBe(0);
      expect(await secretsIn(lab, [result.stdout])).toEqual([]);
      return result.stdout;
    },
  };
}
