import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { bin, onlineArguments, runCommand } from '../support/commands.ts';
import { openJournals, type Started, start } from '../support/scenes/mha.ts';
import { openServers, recover, type Wanted, wantedOf, wrongAtTheEnd } from '../support/state/judge.ts';
import { useLab, useProxies } from '../support/useLab.ts';

const JS = fileURLToPath(new URL('../../dist/commands/master_ip_online_change.js', import.meta.url));
const JUMPING = fileURLToPath(new URL('../support/process/jumpingClock.mjs', import.meta.url));
const ALWAYS = Number.MAX_SAFE_INTEGER;

const lab = useLab({
  ssh: false,
  settings: { kill_after_timeout: 0.5, statement_timeout: 3, connect_timeout: 2 },
  stock: FEW,
  eachTest: true,
});
const proxied = useProxies(lab);
let before: Wanted;
let starting: Started | undefined;

beforeEach(async () => {
  before = await wantedOf(lab);
  const stopped = await runCommand('master_ip_online_change', args('stop'));
  expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
});

afterEach(async () => {
  proxied.reset();
  await starting?.ended;
  starting = undefined;
});

const args = (command: string) => onlineArguments(lab, command, proxied.proxy(0), proxied.proxy(1));

/** A `start` whose first statement that opens the new master never reaches it, however often it is tried. */
async function hangingStart(words: readonly string[]): Promise<Started> {
  const match = ({ sql }: { sql: string }) => /SET GLOBAL\b.*read_only\s*=\s*0/is.test(sql);
  const held = proxied.proxy(1).inject({ when: 'before', match, fate: 'hold', times: ALWAYS });
  const [program = '', ...more] = words;
  starting = await start(program, [...more, ...args('start')], { limitMs: 110_000 });
  await held.hit();
  return starting;
}

const HOOK = bin('master_ip_online_change');

describe.each([
  ['the hook', [HOOK]],
  ['the hook as a .js file', [process.execPath, JS]],
  ['the hook under timeout', ['timeout', '300', HOOK]],
] as const)('a start that hangs: %s', (_, words) => {
  it.each(['', '--new_master_is_down', '--is_down=NEW', '--master_is=ORIG', '--is_down=NEW --master_is=ORIG'])(
    'mha_recover %s of another session touches nothing while it runs',
    async (more) => {
      await hangingStart(words);
      const name = (index: number) => `${proxied.proxy(index).host}:${proxied.proxy(index).port}`;
      const options = more.replace('NEW', name(1)).replace('ORIG', name(0)).split(' ');
      const refused = await recover(lab, ...options.filter((word) => word !== ''));
      const output = refused.stdout + refused.stderr;
      expect(await openServers(lab), output).toEqual([]);
      expect(refused.code, output).toBe(1);
      expect(output).toMatch(/process \d+/);
      expect(openJournals(lab)).toHaveLength(1);
    },
  );

  it('mha_recover whose clock jumps touches nothing while it runs', async () => {
    await hangingStart(words);
    const env = { NODE_OPTIONS: `--import=${JUMPING}` };
    for (let times = 0; times < 2; times += 1) {
      const refused = await runCommand('mha_recover', [`--conf=${lab.confFile}`], { env });
      expect(await openServers(lab), refused.stdout + refused.stderr).toEqual([]);
      expect(refused.code, refused.stdout + refused.stderr).toBe(1);
    }
  });

  it('opens the new master once it can; mha_recover finishes then', async () => {
    const hanging = await hangingStart(words);
    expect((await recover(lab)).code).toBe(1);
    proxied.reset();
    const { code, stdout, stderr } = await hanging.ended;
    expect([0, 10], stdout + stderr).toContain(code);
    const finished = await recover(lab);
    expect(finished.code, finished.stdout + finished.stderr).toBe(0);
    expect(await wrongAtTheEnd(lab, { ...before, master: 1 })).toEqual([]);
  });

  it('killed: mha_recover is not kept out by what it left', async () => {
    const hanging = await hangingStart(words);
    // Each run has a process group of its own; its output ends with the last of it.
    process.kill(-hanging.pid, 'SIGKILL');
    await hanging.ended;
    proxied.reset();
    const first = await recover(lab);
    const last = first.code === 0 ? first : await recover(lab, `--master_is=${proxied.proxy(0).host}`);
    expect(last.code, first.stdout + last.stdout + last.stderr).toBe(0);
    expect(await wrongAtTheEnd(lab, before)).toEqual([]);
  });
});
