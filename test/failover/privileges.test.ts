import { rmSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Journal } from '../../src/capabilities/journal/journal.ts';
import { bin } from '../support/commands.ts';
import { contextOf } from '../support/inProcess.ts';
import { useLab } from '../support/useLab.ts';
import { eventsOf } from '../support/zoo/zoo.ts';
import { quote } from '../tools/lab/accounts.ts';
import { deadMasterSwitch, runMha } from '../tools/lab/mha.ts';

/** What MHA itself needs, and what the failover hook's `start` does; nothing about other accounts. */
const LEAN = [
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, SUPER, EVENT, SET USER, READ_ONLY ADMIN',
  'REPLICATION SLAVE, REPLICATION CLIENT, REPLICATION SLAVE ADMIN, SLAVE MONITOR, BINLOG REPLAY, CONNECTION ADMIN',
].join(', ');

const lean = { user: 'lean', password: 'zpw-lean' };
const lab = useLab();

describe('an MHA account that may give nobody any rights', () => {
  beforeAll(async () => {
    await lab
      .server(0)
      .adminAll([
        `CREATE USER lean@'%' IDENTIFIED BY ${quote(lean.password)}`,
        `GRANT ${LEAN} ON *.* TO lean@'%'`,
        'CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0',
      ]);
    await lab.waitReplicasLevel();
    lab.configure({ ...lean, master_ip_failover_script: `${bin('master_ip_failover')} --conf=${lab.confFile}` });
  });

  it('passes masterha_check_repl, so that the manager starts', async () => {
    const result = await runMha('masterha_check_repl', [`--conf=${lab.confFile}`]);
    const output = result.stdout + result.stderr + lab.readManagerLog();
    expect(result.code, output).toBe(0);
    expect(output).toContain('MySQL Replication Health is OK');
  });

  it('is too little while a journal is open: it may hold privileges that a failover gives back', async () => {
    const { conf, origMaster, newMaster, replicas, journals } = contextOf(lab, lab.server(0), lab.server(1), 'revoke');
    const journal = await Journal.create(journals, { conf, origMaster, newMaster, replicas }, new Date());
    await journal.enter('started');
    const result = await runMha('masterha_check_repl', [`--conf=${lab.confFile}`]);
    expect(result.code).toBe(1);
    expect(result.stderr + lab.readManagerLog()).toMatch(
      /'lean'@'%' lacks GRANT OPTION, needed to give privileges back/,
    );
    rmSync(journal.path);
  });

  it('is enough for a failover: the new master takes writes, its event is on', async () => {
    await lab.server(0).kill9();
    const result = await deadMasterSwitch(lab.confFile, lab.server(0));
    expect(result.code, lab.readManagerLog()).toBe(0);
    const states = await lab.dump();
    const master = states.findIndex((state) => state.readOnly === false);
    expect(states[3 - master]).toMatchObject({ master: states[master]?.address, io: 'Yes', sql: 'Yes' });
    expect((await eventsOf(lab.server(master))).map((e) => e.status)).toEqual(['ENABLED']);
  });
});
