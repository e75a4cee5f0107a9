import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/commands.ts';
import { openJournals } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { eventsOf } from '../support/zoo/zoo.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { deadMasterSwitch, onlineSwitch } from '../tools/lab/mha.ts';

const SKIP = '--skip_disable_read_only';
const OPENING = `${isMysql ? 'SET GLOBAL super_read_only = 0; ' : ''}SET GLOBAL read_only = 0`;
const each = [{}, { candidate_master: 1 }, { no_master: 1 }];
const lab = useLab({ stock: ['CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0'], mhaEach: each, eachTest: true });

const doNothing = () => lab.configure({ master_ip_failover_script: '/bin/true' }, each);

/** What a failover left of the two servers that are alive. */
async function leftOver() {
  const servers = (await lab.dump()).slice(1).map(({ readOnly, master, io }) => ({ readOnly, master, io }));
  const events = await Promise.all([1, 2].map(async (n) => (await eventsOf(lab.server(n))).map((e) => e.status)));
  return { servers, events };
}

describe(`a dead master, and MHA is run with ${SKIP}`, () => {
  it.each([
    ['', [SKIP]],
    [', the replicas as they are', [SKIP, '--skip_change_master']],
  ])('the new master stays read_only as with a script that does nothing%s', async (_, options) => {
    await lab.server(0).kill9();
    const result = await deadMasterSwitch(lab.confFile, lab.server(0), options);
    expect(result.code, lab.readManagerLog()).toBe(0);
    expect(lab.readManagerLog()).toMatch(/stays read_only, as requested \(--skip_disable_read_only\)/);
    expect(lab.readManagerLog()).toContain(`to open it: ${OPENING}`);
    expect(lab.readManagerLog()).toMatch(/events stay off.*ALTER DEFINER.*`app`\.`tick` ENABLE/);
    const ours = await leftOver();
    expect(ours.servers[0]?.readOnly).toBe(true);
    await lab.reset(0, { fresh: true });
    doNothing();
    await lab.server(0).admin('CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0');
    await lab.waitReplicasLevel();
    await lab.server(0).kill9();
    expect((await deadMasterSwitch(lab.confFile, lab.server(0), options)).code).toBe(0);
    expect(ours).toEqual(await leftOver());
  });

  it('through mysql_failover too, which says at its end that nobody can write', async () => {
    await lab.server(0).kill9();
    const result = await runCommand('mysql_failover', [lab.server(0).host, `--conf=${lab.confFile}`, '--', SKIP]);
    expect(result.stdout).toContain('so nobody can write');
    expect(result.code).toBe(1);
    expect((await leftOver()).servers[0]).toMatchObject({ readOnly: true, master: undefined });
    expect(openJournals(lab)).toEqual([]);
  });

  it('a new master that was writable anyway has its events on', async () => {
    await lab.server(1).admin('SET GLOBAL read_only = 0');
    await lab.server(0).kill9();
    expect((await deadMasterSwitch(lab.confFile, lab.server(0), [SKIP])).code, lab.readManagerLog()).toBe(0);
    expect(await leftOver()).toMatchObject({
      servers: [{ readOnly: false }, {}],
      events: [['ENABLED'], expect.anything()],
    });
  });

  it('without the option the new master is opened, whatever the environment says', async () => {
    await lab.server(0).kill9();
    process.env.MHA_HELPER_SKIP_DISABLE_READ_ONLY = '1';
    try {
      expect((await deadMasterSwitch(lab.confFile, lab.server(0))).code, lab.readManagerLog()).toBe(0);
    } finally {
      delete process.env.MHA_HELPER_SKIP_DISABLE_READ_ONLY;
    }
    expect((await leftOver()).servers[0]).toMatchObject({ readOnly: false });
  });
});

describe('a planned switch', () => {
  it('opens the new master, whatever the environment says; MHA itself refuses the option', async () => {
    const refused = await onlineSwitch(lab.confFile, lab.server(1).host, [SKIP]);
    expect(refused.stdout + refused.stderr).toContain(`Unknown options: ${SKIP}`);
    expect((await lab.dump()).map(({ readOnly }) => readOnly)).toEqual([false, true, true]);
    process.env.MHA_HELPER_SKIP_DISABLE_READ_ONLY = '1';
    try {
      expect((await onlineSwitch(lab.confFile, lab.server(1).host)).code).toBe(0);
    } finally {
      delete process.env.MHA_HELPER_SKIP_DISABLE_READ_ONLY;
    }
    expect((await lab.dump()).map(({ readOnly }) => readOnly)).toEqual([true, false, true]);
  });
});
