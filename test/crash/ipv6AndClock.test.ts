import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { FEW, moveByHand } from '../support/byHand.ts';
import { type Command, onlineArguments, runCommand } from '../support/commands.ts';
import { type Call, placesOf, stateOf } from '../support/process/crash.ts';
import { frozenAt } from '../support/proxy/frozen.ts';
import { changes } from '../support/proxy/statements.ts';
import { named, type Wanted, wantedOf, wrongAfter, wrongAfterRecovery, wrongAtTheEnd } from '../support/state/judge.ts';
import { useLab, useProxies } from '../support/useLab.ts';

const JUMPING = fileURLToPath(new URL('../support/process/jumpingClock.mjs', import.meta.url));

/** Each command has a clock of its own, which jumps a day whenever it is looked at. */
const CLOCK = { NODE_OPTIONS: `--import=${JUMPING}` };

describe.each([
  ['IPv6', true, {}],
  ['a clock that jumps', false, CLOCK],
  ['IPv6 and a clock that jumps', true, CLOCK],
] as const)('with %s', (_, ipv6, env) => {
  const lab = useLab({ ssh: false, ipv6, settings: { kill_after_timeout: 0.5 }, stock: FEW, eachTest: true });
  const proxied = useProxies(lab);
  let before: Wanted;

  beforeEach(async () => {
    before = await wantedOf(lab);
  });

  const hook = (command: string): Call => ({
    command: 'master_ip_online_change',
    args: onlineArguments(lab, command, proxied.proxy(0), proxied.proxy(1)),
    env,
  });
  const isMaster = (index: number): Wanted => ({ ...before, master: index, name: named(proxied.proxy(index)) });

  async function runs(command: Command, args: readonly string[], code = 0): Promise<string> {
    const result = await runCommand(command, args, { env });
    expect(result.code, result.stdout + result.stderr).toBe(code);
    return result.stdout + result.stderr;
  }
  const recovers = () => runs('mha_recover', [`--conf=${lab.confFile}`]);

  it('stop is put back by mha_recover', async () => {
    const untouched = await stateOf(lab);
    await runs('master_ip_online_change', hook('stop').args);
    await recovers();
    expect(await stateOf(lab)).toEqual(untouched);
    expect(await wrongAtTheEnd(lab, isMaster(0))).toEqual([]);
  });

  it('stop and start are finished by mha_recover', async () => {
    await runs('master_ip_online_change', hook('stop').args);
    await runs('master_ip_online_change', hook('start').args);
    await recovers();
    expect(await wrongAtTheEnd(lab, isMaster(1))).toEqual([]);
  });

  it('a way out takes the name of a server', async () => {
    await runs('master_ip_online_change', hook('stop').args);
    await runs('mha_recover', [`--conf=${lab.confFile}`, `--master_is=${isMaster(1).name}`]);
    expect(await wrongAtTheEnd(lab, isMaster(1))).toEqual([]);
  });

  it('the rights are levelled from a server by its name', async () => {
    const output = await runs('mha_recover', [`--conf=${lab.confFile}`, `--from=${isMaster(0).name}`, '--dry_run']);
    expect(output).not.toMatch(/GRANT/);
  });

  it.each([undefined, 'SIGTERM'] as const)(
    'stop frozen while the master is moved by hand; signal: %s',
    async (signal) => {
      const places = await placesOf(lab, proxied, hook('stop'));
      const index = changes(proxied.statements).findIndex(({ sql }) => sql.startsWith('REVOKE'));
      expect(places.length).toBeGreaterThan(index);
      await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
      const place = { kind: 'statement', index, when: 'after' } as const;
      const thawed = await frozenAt(proxied, hook('stop'), place, () => moveByHand(lab, 1), signal);
      expect(thawed.met).toBe(true);
      expect(await wrongAfter(lab, isMaster(1), thawed, thawed.said)).toEqual([]);
      expect(await wrongAfterRecovery(lab, isMaster(1))).toEqual([]);
    },
  );
});
