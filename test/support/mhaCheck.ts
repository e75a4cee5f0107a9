import { expect } from 'vitest';
import type { Finding } from '../../src/base/finding.ts';
import type { Lab } from '../tools/lab/lab.ts';
import { MHA_ENV } from '../tools/lab/mha.ts';
import type { RunResult } from '../tools/lab/run.ts';
import { bin, runCommand } from './commands.ts';

/** What `mha_check --json` found, and how it ended. */
export interface Checked {
  readonly result: RunResult;
  readonly findings: readonly Finding[];
  readonly codes: readonly string[];
  /** The one finding of that kind; the test fails where there is none, or more than one. */
  only(code: string): Finding;
}

/** All output of checks so far, for a search for secrets at the end. */
export const outputs: string[] = [];

/** The notes that a lab in order has none of. */
const NOTES = ['manager_running', 'mha_version'];

/**
 * Runs mha_check as an operator who has set PERL5OPT would. Left out are notes about servers and about mha_report.
 */
export async function check(lab: Lab, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Checked> {
  const result = await runCommand('mha_check', [`--conf=${lab.confFile}`, '--json', ...args], {
    env: { ...MHA_ENV, ...env },
  });
  outputs.push(result.stdout, result.stderr);
  expect(result.stderr).toBe('');
  const { findings: all, summary } = JSON.parse(result.stdout) as { findings: Finding[]; summary: { errors: number } };
  expect(result.code).toBe(summary.errors > 0 ? 1 : 0);
  const findings = all.filter(({ level, code }) => level !== 'note' || NOTES.includes(code));
  const only = (code: string) => {
    const found = findings.filter((f) => f.code === code);
    expect(found, JSON.stringify(findings, null, 1)).toHaveLength(1);
    return found[0] as Finding;
  };
  return { result, findings, codes: findings.map(({ code }) => code), only };
}

/** Writes MHA's file with our hooks in it, and these parameters over them. */
export function hooksAnd(lab: Lab, parameters: Parameters<Lab['configure']>[0]): void {
  lab.configure({
    master_ip_online_change_script: `${bin('master_ip_online_change')} --conf=${lab.confFile}`,
    master_ip_failover_script: `${bin('master_ip_failover')} --conf=${lab.confFile}`,
    ...parameters,
  });
}
