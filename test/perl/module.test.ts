import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MHA_PROGRAMS, runAs } from '../support/perl.ts';
import { MHA_ENV } from '../tools/lab/mha.ts';
import { ROOT } from '../tools/lab/root.ts';
import { run } from '../tools/lab/run.ts';

const PERL = join(ROOT, 'conf/perl');
const PARTS = readdirSync(join(PERL, 'MHACompat'));
const folder = mkdtempSync(join(tmpdir(), 'mha-module-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is valid Perl', async () => {
  const result = await run('perl', ['-wc', '-I', PERL, join(PERL, 'MHACompat.pm')]);
  expect(result).toMatchObject({ code: 0, stderr: `${join(PERL, 'MHACompat.pm')} syntax OK\n` });
});

it.each(MHA_PROGRAMS)('%s runs with it, with warnings on, and prints nothing more', async (program) => {
  const args = program === 'masterha_secondary_check' ? ['--help'] : ['--version'];
  const loaded = await run(program, args, { env: { PERL5OPT: `-w ${MHA_ENV.PERL5OPT}` } });
  const stock = await run(program, args, { env: { PERL5OPT: '' } });
  expect({ ...loaded, durationMs: 0 }).toEqual({ ...stock, durationMs: 0 });
});

it('loads all its parts, of one version', async () => {
  const code = 'print "$_\\n" for sort grep { m{^.*/MHACompat/} } keys %INC; print $MHACompat::VERSION;';
  const loaded = await Promise.all(['masterha_manager', 'apply_diff_relay_logs'].map((name) => runAs(name, code)));
  for (const result of loaded) expect(result).toMatchObject({ code: 0, stderr: '' });
  const names = loaded.flatMap(({ stdout }) => stdout.split('\n').map((line) => line.split('/').at(-1)));
  expect([...new Set(names)].sort()).toEqual([...PARTS, '1.1'].sort());
});

it('a folder of which a part is missing, or of another version, is refused in words', async () => {
  const copy = join(folder, 'copy');
  const ask = () => run('masterha_stop', ['--version'], { env: { PERL5OPT: `-I${copy} -MMHACompat` } });
  cpSync(join(PERL, 'MHACompat.pm'), join(copy, 'MHACompat.pm'), { recursive: true });
  expect(await ask()).toMatchObject({ code: 2, stderr: expect.stringContaining('MHACompat/Load.pm is missing') });
  cpSync(join(PERL, 'MHACompat'), join(copy, 'MHACompat'), { recursive: true });
  expect(await ask()).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(join(copy, 'MHACompat/Rows.pm'), "package MHACompat::Rows; our $VERSION = '0.9'; 1;");
  const other = await ask();
  expect(other.code).not.toBe(0);
  expect(other.stderr).toMatch(
    /Rows\.pm is missing or not of MHACompat .*: copy MHACompat\.pm together with the folder MHACompat/,
  );
});

it('a pipe that cannot have a temporary file fails if one of its programs does', async () => {
  const code = `
    BEGIN { no warnings; *File::Temp::new = sub { die "no space left\\n" } }
    print join ' ', map { system($_) >> 8 } 'true | true', 'false | true', 'echo said >&2 | true';`;
  const result = await runAs('apply_diff_relay_logs', code);
  expect(result).toMatchObject({ code: 0, stdout: '0 1 0' });
  expect(result.stderr).toMatch(/^said$/m);
  expect(result.stderr).toContain('MHACompat: there is no temporary file (no space left)');
});

/** All packages, modules, and functions of DBI and main; a program that is not MHA's. */
const LOOK = `
  use DBI;
  my @packages; my @todo = ('main::');
  while ( my $package = shift @todo ) {
    no strict 'refs';
    push @packages, $package;
    push @todo, map { $package eq 'main::' ? $_ : $package . $_ } grep { /::\\z/ && $_ ne 'main::' } keys %$package;
  }
  print "$_\\n" for sort @packages, keys %INC, keys %main::, map { "DBI $_ " . \\&{"DBI::$_"} } grep { defined &{"DBI::$_"} } keys %DBI::;
  print defined &CORE::GLOBAL::system ? "system\\n" : '';
`.replaceAll('\n', ' ');

it('leaves a program that is not MHA’s alone', async () => {
  const script = join(folder, 'not_masterha_manager.pl');
  writeFileSync(script, LOOK);
  const lines = async (args: string[]) => {
    const result = await run('perl', [...args, script], { env: { PERL5OPT: '', PERL_HASH_SEED: '0' } });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    return result.stdout.split('\n').map((line) => line.replace(/CODE\(.*\)/, ''));
  };
  writeFileSync(join(folder, 'Empty.pm'), 'package Empty; 1;');
  const without = new Set(await lines(['-w', '-I', folder, '-MEmpty']));
  const added = (await lines(['-w', '-I', PERL, '-MMHACompat'])).filter((line) => !without.has(line));
  expect(added.sort()).toEqual(['MHACompat.pm', 'MHACompat::', 'MHACompat::']);
  expect((await lines(['-T', '-I', PERL, '-MMHACompat'])).length).toBeGreaterThan(without.size);
});
