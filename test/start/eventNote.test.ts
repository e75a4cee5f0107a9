import { expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { useLab } from '../support/useLab.ts';
import { eventsOf } from '../support/zoo/zoo.ts';

const lab = useLab({ ssh: false });

it('the failover hook’s start leaves off what its status saw off', async () => {
  const create = (name: string, state: string) => `CREATE EVENT app.${name} ON SCHEDULE EVERY 1 DAY ${state} DO DO 0`;
  await lab.server(0).adminAll([create('runs', 'ENABLE'), create('rests', 'DISABLE'), 'DO SLEEP(1.1)']);
  await lab.waitReplicasLevel();
  const hook = (command: string) =>
    runCommand('master_ip_failover', onlineArguments(lab, command, lab.server(0), lab.server(1)));
  const status = await hook('status');
  expect(status.code, status.stderr).toBe(0);
  await lab.server(0).kill9();
  const started = await hook('start');
  expect(started.code, started.stdout + started.stderr).toBe(0);
  expect(started.stdout).toContain('events left off, as they were at the dead master: app.rests');
  expect(started.stdout).not.toContain('cannot know');
  const on = (await eventsOf(lab.server(1))).filter((e) => e.status === 'ENABLED').map((e) => e.name);
  expect(on).toEqual(['app.runs']);
});
