import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../support/commands.ts';
import { openJournals } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { eventsOf, rightsOf, stockZoo } from '../support/zoo/zoo.ts';

const lab = useLab({ stock: stockZoo, eachTest: true });

/** A switch in which the hooks' Node is a shell script: `start` is what it does for that command before it goes on. */
async function switchWith(start: string) {
  const folder = join(lab.folder, 'bin');
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh\ncase "$*" in *--command=start*) ${start} ;; esac\nexec ${process.execPath} "$@"\n`;
  writeFileSync(join(folder, 'node'), script, { mode: 0o755 });
  const args = [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(1).host}`, '--log_level=debug'];
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const { code, stdout, stderr } = await runCommand('mysql_online_failover', args, { env });
  return { code, output: stdout + stderr };
}

it('the wrapper opens the new master while the hook has not even begun', async () => {
  const { code, output } = await switchWith('sleep 2');
  expect(code, output).toBe(0);
  const early = output.indexOf('read_only off before the hook had started');
  expect(early).toBeGreaterThan(0);
  expect(output.indexOf('read_only off, it takes writes')).toBeGreaterThan(early);
  expect((await lab.dump()).map((s) => s.readOnly)).toEqual([true, false, true]);
});

it('if the hook then cannot run, one server takes writes, everybody has their rights, and the output says what is wrong', async () => {
  const rights = await rightsOf(lab.server(0));
  const on = async (index: number) =>
    (await eventsOf(lab.server(index))).filter((e) => e.status === 'ENABLED').map((e) => e.name);
  const wereOn = await on(0);
  const { code, output } = await switchWith('sleep 1; exit 1');
  expect(code, output).not.toBe(0);
  expect((await lab.dump()).map((s) => s.readOnly)).toEqual([true, false, true]);
  expect(output).toContain(`The master is ${lab.server(1).host}:3306`);
  expect(output).toContain(`${lab.server(2).host}:3306 does not replicate from ${lab.server(1).host}:3306`);
  for (const server of lab.servers) expect(await rightsOf(server)).toEqual(rights);
  expect(await on(1)).toEqual(wereOn);
  expect(await on(0)).toEqual([]);
  expect(openJournals(lab)).toEqual([]);
});
