import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useLab } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';
import { deadMasterSwitch, MHA_ENV } from '../tools/lab/mha.ts';
import { waitReplicasLevel } from '../tools/lab/replication.ts';
import { run } from '../tools/lab/run.ts';

/** An account as in MHA's own tests: every character that MHA escapes, in the name too, and a backslash at the end. */
const mha = { user: '"\'!=#&;`=|*?$\\', password: 'pass"\'!#&;`|*?~<>^()[]{}$\\, "\'!#&;`|*?~=<>^()[]{}$\\, \\' };

const lab = useLab({
  mha,
  positions: true,
  mhaEach: [{}, { candidate_master: 1 }, { no_master: 1 }],
  stock: ['CREATE TABLE app.t (id INT PRIMARY KEY)'],
  eachTest: true,
});

describe('MHA logs in as an account whose name and password are full of special characters', () => {
  it.each([
    ['another replica has', [1]],
    ['only the dead master has', [1, 2]],
  ])('the new master is given the rows that %s', async (_, behind) => {
    for (const index of behind) await lab.server(index).admin(`${SQL.stop} IO_THREAD`);
    await lab.server(0).admin('INSERT INTO app.t VALUES (1), (2)');
    await waitReplicasLevel([
      lab.server(0),
      ...[1, 2].filter((n) => !behind.includes(n)).map((n) => lab.server(n)),
    ]).catch((error) => {
      if (behind.length < 2) throw error;
    });
    await lab.server(0).kill9();
    const result = await deadMasterSwitch(lab.confFile, lab.server(0));
    expect(result.code, lab.readManagerLog()).toBe(0);
    for (const index of [1, 2]) {
      expect(await lab.server(index).admin('SELECT id FROM app.t ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
    }
    expect((await lab.dump())[1]).toMatchObject({ readOnly: false, master: undefined });
  });
});

describe('MHACompat.pm reads the name and the password', () => {
  const script = (name: string) => {
    const path = join(lab.folder, name);
    writeFileSync(path, 'my ($on) = MHA::SlaveUtil::check_if_super_read_only(@ARGV); print "asked: $on\n";');
    return path;
  };
  const ask = (name: string, user: string, password: string) => {
    const { host, port } = lab.server(1);
    return run('perl', [script(name), host, host, String(port), user, password], { env: MHA_ENV });
  };

  it('as they are in the manager’s own process', async () => {
    expect(await ask('masterha_manager', mha.user, mha.password)).toMatchObject({ code: 0, stdout: 'asked: 0\n' });
  });

  it('as MHA’s call over ssh leaves them in apply_diff_relay_logs', async () => {
    const given = (text: string) => text.replace(/[!#&;|*?~<>^()[\]{}, ]/g, '\\$&');
    const result = await ask('apply_diff_relay_logs', given(mha.user), given(mha.password));
    expect(result).toMatchObject({ code: 0, stdout: 'asked: 0\n' });
  });
});
