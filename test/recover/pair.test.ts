import { expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { openServers } from '../support/state/judge.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';

const [A, B] = [0, 1];
const lab = useLab({ ssh: false, settings: { kill_after_timeout: 0.5, undo_timeout: 6 }, stock: FEW, eachTest: true });
const proxied = useProxies(lab);

it('a master that has always replicated from the new one goes on, although that one could not be asked before the switch', async () => {
  await lab.server(A).adminAll([await changeTo(lab.server(B), lab.repl), SQL.start]);
  const next = proxied.proxy(B);
  const asksForItsStart = next.inject({ when: 'before', match: ({ sql }) => /uptime/i.test(sql), fate: 'drop' });
  const stopped = await runCommand('master_ip_online_change', onlineArguments(lab, 'stop', proxied.proxy(A), next));
  expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
  expect(asksForItsStart.met).toHaveLength(1);
  proxied.reset();
  const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
  expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
  expect(await openServers(lab)).toEqual([A]);
});
