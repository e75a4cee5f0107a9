import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runAs } from '../support/perl.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import { MHA_ENV, runMha } from '../tools/lab/mha.ts';
import { run } from '../tools/lab/run.ts';

const lab = useLab({ positions: true, servers: 2, stock: ['CREATE TABLE app.t (id INT PRIMARY KEY, text TEXT)'] });

const APPLIER = ["CREATE USER applier@'%' IDENTIFIED BY 'lab-applier'", "GRANT ALL ON *.* TO applier@'%'"];

/** A folder of programs that print a text, whatever they are asked. */
function programs(name: string, said: Record<string, string>): string {
  const folder = join(lab.folder, name);
  mkdirSync(folder);
  for (const [program, text] of Object.entries(said)) {
    writeFileSync(join(folder, program), `#!/bin/sh\necho '${text}'\n`, { mode: 0o755 });
  }
  return folder;
}

describe('mysqlbinlog', () => {
  it('of another maker than the server’s fails masterha_check_repl, in words', async () => {
    const other = isMysql
      ? '/usr/bin'
      : programs('of-mysql', { mysqlbinlog: 'mysqlbinlog  Ver 9.7.4 for Linux on x86_64' });
    if (!isMysql) symlinkSync('/usr/bin/mysql', join(other, 'mysql'));
    lab.configure({ client_bindir: other, master_ip_failover_script: undefined, use_gtid_auto_pos: 0 });
    const result = await runMha('masterha_check_repl', [`--conf=${lab.confFile}`]);
    expect(result.code).toBe(1);
    const why = isMysql ? 'not of MySQL 8 or later, but the server is MySQL' : 'of MySQL, but the server is MariaDB';
    expect(result.stdout + result.stderr).toMatch(
      new RegExp(`MHACompat: \\S*mysqlbinlog\\S* .*is ${why}.*set client_bindir`),
    );
  });

  it('is called by the name that it has, and not strict about GTIDs if it can be told so', async () => {
    const version = 'mariadb-binlog from 11.8.9-MariaDB, client 3.5';
    const folders = {
      old: programs('old', { mysql: '', mysqlbinlog: 'Ver 3.5' }),
      new: programs('new', { mariadb: '', 'mariadb-binlog': version }),
      none: programs('none', {}),
    };
    writeFileSync(join(folders.old, 'mysqlbinlog'), '#!/bin/sh\n[ "$1" != --skip-gtid-strict-mode ]\n', {
      mode: 0o755,
    });
    const code = `use MHA::BinlogManager;
      for my $folder (@ARGV) { print MHA::NodeUtil::client_cli_prefix($_, $folder), "\\n" for qw(mysql mysqlbinlog) }
      local $ENV{PATH} = "$ARGV[1]:$ENV{PATH}" =~ s{:/usr/bin|:/bin}{}gr;
      print MHA::NodeUtil::client_cli_prefix('mysql'), "\\n";
      my $manager = MHA::BinlogManager->new(client_bindir => $ARGV[1], mysql_version => '11.8.9-MariaDB');
      $manager->init_mysqlbinlog; print $manager->{mysqlbinlog_version};`;
    const result = await runAs('purge_relay_logs', code, Object.values(folders));
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout.split('\n')).toEqual([
      `'${folders.old}/mysql'`,
      `'${folders.old}/mysqlbinlog'`,
      `'${folders.new}/mariadb'`,
      `'${folders.new}/mariadb-binlog' --skip-gtid-strict-mode`,
      `'${folders.none}/mysql'`,
      `'${folders.none}/mysqlbinlog'`,
      'mariadb',
      '3.5',
    ]);
  });

  it('reads binlogs, not the indexes that MariaDB keeps beside them', async () => {
    const folder = programs(
      'binlogs',
      Object.fromEntries(['b.000001', 'b.000001.idx', 'b.000002', 'b.index'].map((name) => [name, ''])),
    );
    const code = "use MHA::BinlogManager; print join ' ', MHA::BinlogManager::get_all_binlogs_from_prefix('b', @ARGV);";
    expect(await runAs('save_binary_logs', code, [folder])).toMatchObject({ stdout: 'b.000001 b.000002', stderr: '' });
  });
});

describe('apply_diff_relay_logs', () => {
  const apply = (file: string) => {
    lab.configure({});
    const { host, port } = lab.server(1);
    const [, folder] = /^client_bindir=(.*)$/m.exec(readFileSync(lab.confFile, 'utf8')) ?? [];
    const version = isMysql ? '9.7.4' : '10.11.19-MariaDB';
    return run(
      'apply_diff_relay_logs',
      [
        ...[
          '--command=apply',
          '--slave_user=applier',
          '--slave_pass=lab-applier',
          `--slave_host=${host}`,
          `--slave_ip=${host}`,
        ],
        ...[`--slave_port=${port}`, `--apply_files=${file}`, `--workdir=${lab.folder}`, `--target_version=${version}`],
        ...(folder ? [`--client_bindir=${folder}`] : []),
      ],
      { env: MHA_ENV },
    );
  };
  const master = () => lab.server(0);

  it('applies every byte of a binlog, and fails if a part of it cannot be read', async () => {
    await lab.server(1).adminAll([SQL.stop, SQL.forget, 'SET GLOBAL read_only = 0', ...APPLIER]);
    await master().admin(SQL.resetBinlog);
    for (let id = 1; id <= 20; id++) await master().admin(`INSERT INTO app.t VALUES (${id}, 'a\\r\\nb\\0c;é')`);
    const whole = join(lab.folder, 'whole.binlog');
    copyFileSync(join(master().dataDir, 'mysql-bin.000001'), whole);
    const applied = await apply(whole);
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    const rows = await master().admin('SELECT * FROM app.t ORDER BY id');
    expect(await lab.server(1).admin('SELECT * FROM app.t ORDER BY id')).toEqual(rows);

    await lab.server(1).admin('TRUNCATE TABLE app.t');
    if (isMysql) await lab.server(1).admin(SQL.resetBinlog);
    const damaged = join(lab.folder, 'damaged.binlog');
    const bytes = readFileSync(whole);
    writeFileSync(damaged, bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 400));
    const failed = await apply(damaged);
    expect(failed.code, failed.stdout + failed.stderr).not.toBe(0);
    expect(failed.stdout).toMatch(/FATAL: applying log files failed/);
    expect(failed.stdout).not.toMatch(/succeeded/);
    expect(failed.stderr).toMatch(/^ERROR: /m);

    // The last event of a master that died while it wrote.
    await lab.server(1).admin('TRUNCATE TABLE app.t');
    if (isMysql) await lab.server(1).admin(SQL.resetBinlog);
    const cut = join(lab.folder, 'cut.binlog');
    writeFileSync(cut, readFileSync(whole).subarray(0, -5));
    expect(await apply(cut)).toMatchObject({ code: 0, stdout: expect.stringContaining('succeeded') });
    expect(await lab.server(1).admin('SELECT * FROM app.t ORDER BY id')).toEqual(rows.slice(0, -1));
  });

  it('takes a guessed place in a relay log only if the event there begins where the target’s reading ended', async () => {
    const file = join(lab.folder, 'relay.000001');
    // Events of 40 bytes; an end of 0 is MariaDB 11's, within a transaction.
    const event = (end: number) => {
      const bytes = Buffer.alloc(40, 0xff);
      bytes.writeUInt32LE(40, 9);
      bytes.writeUInt32LE(end, 13);
      return bytes;
    };
    const header = Buffer.concat([Buffer.alloc(100, 0xff), event(1040), event(0), event(0), event(1160), event(0)]);
    writeFileSync(file, header);
    const code = `
      use MHA::BinlogManager; our $at = 100;
      sub use_binary_mode() { my $mode = 'none'; return $mode }
      sub fast_find_pos() { return ( status => 0, start_rlf => 'relay.000001', start_rlp => $at ) }
      MHA::BinlogManager->new->{dir} = $ENV{FOLDER};
      my @found = map { $at = $_; my %found = fast_find_pos; $found{start_rlp} // 'searched' } $ARGV[0];
      print "@found ", use_binary_mode();`;
    const find = async (at: number, target: number, latest = 1200) => {
      const args = [String(at), `--target_rmlp=${target}`, `--latest_rmlp=${latest}`];
      const result = await runAs('apply_diff_relay_logs', code, args, { env: { FOLDER: lab.folder } });
      expect(result).toMatchObject({ code: 0, stderr: '' });
      return result.stdout;
    };
    expect(await find(100, 1000)).toBe('100 --binary-mode');
    expect(await find(100, 2 ** 32 + 1000)).toBe('100 --binary-mode');
    expect(await find(140, 1040)).toBe('140 --binary-mode');
    expect(await find(260, 1160)).toBe('260 --binary-mode');
    expect(await find(100, 1001)).toBe('searched --binary-mode');
    expect(await find(140, 1041)).toBe('searched --binary-mode');
    expect(await find(110, 1000)).toBe('searched --binary-mode');
    expect(await find(260, 1160, 1300)).toBe('searched --binary-mode');
  });
});
