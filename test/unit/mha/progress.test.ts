import { expect, it } from 'vitest';
import { Progress } from '../../../src/mha/progress.ts';

const at = 'Sat Nov 21 10:12:13 2026';

function shown(...lines: string[]): string[] {
  const progress = new Progress();
  return lines.flatMap((line) => {
    const seen = progress.see(line);
    return seen ? [`${seen.kind}: ${seen.text}`] : [];
  });
}

it('reports MHA’s phases by name, and not that they are over', () => {
  const lines = [
    `${at} - [info] * Phase 1: Configuration Check Phase..`,
    `${at} - [info] ** Phase 1: Configuration Check Phase completed.`,
    `${at} - [info] * Phase 3.1: Getting Latest Slaves Phase..`,
    `${at} - [info] * Phase 3: Master Recovery Phase completed.`,
    `${at} - [info] * Switching slaves in parallel..`,
    `${at} - [info] * Phase 5: New master cleanup phase..`,
  ];
  expect(shown(...lines)).toEqual([
    'phase: Configuration Check',
    'phase: Getting Latest Slaves',
    'phase: Switching slaves in parallel',
    'phase: New master cleanup phase',
  ]);
});

it('shows what a hook says, without the command that runs it', () => {
  const lines = [
    `${at} - [info] Executing master ip online change script to disable write on the current master:`,
    `${at} - [info]   /opt/bin/master_ip_online_change --command=stop --orig_master_host=db1`,
    `${at} - [info] original master db1:3306: read_only on: done in 5 ms`,
    'a line without a time',
    `${at} - [info]  ok.`,
    `${at} - [info] Locking all tables on the orig master`,
  ];
  expect(shown(...lines)).toEqual([
    'hook: original master db1:3306: read_only on: done in 5 ms',
    'hook: a line without a time',
  ]);
});

it('does not warn that there is no global file', () => {
  const line = `${at} - [warning] Global configuration file /etc/masterha_default.cnf not found. Skipping.`;
  expect(shown(line)).toEqual([]);
});

it('shows MHA’s warnings and errors', () => {
  expect(shown(`${at} - [warning] careful`, `${at} - [error][/usr/share/perl5/MHA/X.pm, ln51] no`)).toEqual([
    'problem: careful',
    'problem: [/usr/share/perl5/MHA/X.pm, ln51] no',
  ]);
});
