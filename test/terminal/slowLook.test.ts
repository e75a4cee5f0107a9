import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { bin } from '../support/commands.ts';
import { inTerminal } from '../support/process/terminal.ts';
import { clusterState } from '../support/state/state.ts';
import { useLab, useProxies } from '../support/useLab.ts';

const lab = useLab({ ssh: false, stock: FEW });
const proxied = useProxies(lab);

it('mysql_online_failover shows what it will do although a replica took all the time of the first look', async () => {
  const before = await clusterState(lab);
  const [master, next, slow] = proxied.proxies.map(({ host, port }) => `${host}:${port}`);
  // Its version is asked for, and then it is looked at.
  const held = proxied.proxy(2).inject({ when: 'before', match: () => true, fate: 'hold', times: 2 });
  const args = [`--conf=${lab.confFile}`, `--new_master_host=${proxied.proxy(1).host}`];
  const run = inTerminal(bin('mysql_online_failover'), args);
  await run.printed('Move the master now? [y/N] ');
  run.type('n\n');
  expect(await run.ended).toBe(1);
  const shown = stripVTControlCharacters(run.output()).replace(/\s+/g, ' ');
  expect(held.met).toHaveLength(2);
  expect(shown).toMatch(new RegExp(`${slow} not reachable .* ${next} becomes the master of ${master}, ${slow}\\.`));
  expect(shown).toMatch(new RegExp(`accounts will be shut out of ${master}.*1 scheduled event will run on the new`));
  expect(shown).not.toContain('cannot be determined');
  expect(await clusterState(lab)).toEqual(before);
});
