import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MHA_ENV } from '../tools/lab/mha.ts';
import { type RunOptions, type RunResult, run } from '../tools/lab/run.ts';

/** MHA's programs, as MHACompat.pm knows them. */
export const MHA_PROGRAMS = [
  ...['masterha_check_repl', 'masterha_check_ssh', 'masterha_check_status', 'masterha_manager', 'masterha_stop'],
  ...['masterha_master_monitor', 'masterha_master_switch', 'masterha_conf_host', 'masterha_secondary_check'],
  ...['apply_diff_relay_logs', 'purge_relay_logs', 'save_binary_logs', 'filter_mysqlbinlog'],
] as const;

/** Runs Perl code with MHACompat.pm in a process that has the name of one of MHA's programs, with warnings on. */
export async function runAs(
  program: string,
  code: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mha-perl-'));
  try {
    const script = join(folder, program);
    writeFileSync(script, `use strict; use warnings; use JSON::PP;\n${code}\n`);
    return await run('perl', ['-w', script, ...args], { ...options, env: { ...MHA_ENV, ...options.env } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What that code returns for each input, `died: …` for one at which it dies; it gets each input as `@_`. */
export async function perlResults<T>(
  program: string,
  code: string,
  inputs: readonly (readonly unknown[])[],
): Promise<T[]> {
  const body = [
    'my @inputs = @{ decode_json( join q{}, <STDIN> ) };',
    `my $work = sub { ${code} };`,
    'my @results = map { my @given = @$_; my $result = eval { $work->(@given) }; $@ ? "died: $@" : $result } @inputs;',
    'print encode_json( \\@results );',
  ];
  const result = await runAs(program, body.join('\n'), [], { input: JSON.stringify(inputs) });
  if (result.code !== 0 || result.stderr !== '') throw new Error(result.stdout + result.stderr);
  return JSON.parse(result.stdout);
}
