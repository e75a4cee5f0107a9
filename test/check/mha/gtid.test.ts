import { describe, expect, it } from 'vitest';
import { CONFIGURED, check } from '../../support/mhaCheck.ts';
import { useLab } from '../../support/useLab.ts';
import { isMysql } from '../../tools/lab/kind.ts';
import { onlineSwitch } from '../../tools/lab/mha.ts';

const lab = useLab({ mysqld: CONFIGURED });

describe.skipIf(isMysql)('a replica that finds its place by GTID', () => {
  const usingGtid = async () => (await lab.server(2).admin('SHOW SLAVE STATUS'))[0]?.Using_Gtid;

  it('is a warning before a switch, since MHA turns that off', async () => {
    await lab.server(2).adminAll(['STOP SLAVE', 'CHANGE MASTER TO MASTER_USE_GTID = slave_pos', 'START SLAVE']);
    const found = (await check(lab)).only('gtid_turned_off');
    expect(found).toMatchObject({ level: 'warning', where: `${lab.server(2).host}:3306` });
    expect((await onlineSwitch(lab.confFile, lab.server(1).host)).code).toBe(0);
    expect(await usingGtid()).toBe('No');
    await lab.server(2).adminAll((found.statements ?? []).flatMap((sql) => sql.split('; ')));
    await lab.waitReplicasLevel();
    expect(await usingGtid()).toBe('Slave_Pos');
  });
});
