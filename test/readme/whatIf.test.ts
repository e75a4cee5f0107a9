import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Command, onlineArguments, runCommand } from '../support/commands.ts';
import { journalFolder, stateOf } from '../support/process/crash.ts';
import { type ProxiedLab, startProxies } from '../support/proxy/proxied.ts';
import { rightsOf, stockZoo } from '../support/zoo/zoo.ts';
import { type Lab, startLab } from '../tools/lab/lab.ts';
import type { RunResult } from '../tools/lab/run.ts';

/** The answers for the night, typed as they stand there. */
let lab: Lab;
let proxied: ProxiedLab;
let before: Awaited<ReturnType<typeof stateOf>>;

beforeAll(async () => {
  lab = await startLab({ ssh: false });
  proxied = await startProxies(lab);
});

afterAll(async () => {
  await proxied?.stop();
  await lab?.stop();
});

beforeEach(async () => {
  proxied.reset();
  await lab.reset();
  proxied.configure();
  await stockZoo(lab.server(0));
  await lab.waitReplicasLevel();
  before = await stateOf(lab);
});

const hook = (command: string) =>
  runCommand('master_ip_online_change', onlineArguments(lab, command, proxied.proxy(0), proxied.proxy(1)));
const journals = () => readdirSync(journalFolder(lab)).filter((name) => name.endsWith('.json'));
const journalPath = () => join(journalFolder(lab), String(journals()[0]));

describe('what if…', () => {
  it('…the manager host died in the middle', async () => {
    expect((await hook('stop')).code).toBe(0);
    const [list, recover] = await typed('the manager host died', 0);
    expect(list?.code).toBe(1);
    expect(list?.stdout).toContain('to do: undo');
    expect(recover?.code, recover?.stdout).toBe(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it('…and another host goes on', async () => {
    expect((await hook('stop')).code).toBe(0);
    writeFileSync(journalPath(), readFileSync(journalPath(), 'utf8').replaceAll(hostname(), 'old-manager'));
    const [recover] = await typed('the manager host died', 1, { OLD_MANAGER: 'old-manager' });
    expect(recover?.code, recover?.stdout).toBe(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it('…and the journal died with it', async () => {
    expect((await hook('stop')).code).toBe(0);
    rmSync(journalPath());
    const [shown, run] = await typed('the manager host died', 2);
    expect(shown?.stdout).toContain('GRANT');
    expect(run?.stdout).toContain('every server now has these privileges');
    expect(run?.code, run?.stdout).toBe(0);
    for (const [index, server] of lab.servers.entries()) expect(await rightsOf(server)).toEqual(before[index]?.rights);
  });

  it('…stop succeeded and MHA did not go on', async () => {
    expect((await hook('stop')).code).toBe(0);
    const [recover] = await typed('`stop` succeeded', 0);
    expect(recover?.code, recover?.stdout).toBe(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it('…and the new master is down for good', async () => {
    expect((await hook('stop')).code).toBe(0);
    await lab.server(1).kill9();
    const refused = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('--is_down=');
    const [recover] = await typed('`stop` succeeded', 1);
    expect(recover?.stdout).toContain('new master');
    expect((await lab.dump())[0]?.readOnly).toBe(false);
    expect(await rightsOf(lab.server(0))).toEqual(before[0]?.rights);
    await lab.server(1).start(['--read-only=1']);
    expect((await runCommand('mha_recover', [`--conf=${lab.confFile}`])).code).toBe(0);
  });

  it('…the roll-back failed', async () => {
    const failing = { error: 'made to fail' };
    proxied
      .proxy(0)
      .inject({ when: 'before', match: ({ sql }) => /SET GLOBAL read_only = 1/.test(sql), fate: failing });
    proxied.proxy(0).inject({ when: 'before', match: ({ sql }) => /^GRANT/.test(sql), fate: failing, times: 1000 });
    const failed = await hook('stop');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/NOT everything could be put back.*GRANT.*mha_recover/s);
    proxied.reset();
    const [recover] = await typed('the roll-back failed', 0);
    expect(recover?.code, recover?.stdout).toBe(0);
    expect(await stateOf(lab)).toEqual(before);
  });

  it.each([
    ['with its journal', 1],
    ['without', 2],
  ])('…the old master came back, %s', async (_, block) => {
    expect((await hook('stop')).code).toBe(0);
    await lab.server(0).kill9();
    await lab.server(1).adminAll(['STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only = 0']);
    await lab.server(0).start(['--read-only=1']);
    if (block === 2) rmSync(journalPath());
    const [recover] = await typed('the old master came back', block);
    expect(recover?.code, `${recover?.stdout}${recover?.stderr}`).toBe(0);
    expect((await lab.dump()).map((server) => server.readOnly)).toEqual([true, false, true]);
    for (const [index, server] of lab.servers.entries()) {
      expect(used(await rightsOf(server))).toEqual(used(before[index]?.rights ?? {}));
    }
  });

  it('…start ended with 10', async () => {
    expect((await hook('stop')).code).toBe(0);
    proxied
      .proxy(1)
      .inject({ when: 'before', match: ({ sql }) => /^GRANT/.test(sql), fate: { error: 'made to fail' }, times: 1000 });
    const started = await hook('start');
    expect(started.code, started.stdout + started.stderr).toBe(10);
    proxied.reset();
    const [recover] = await typed('`start` ended with 10', 0);
    expect(recover?.code, recover?.stdout).toBe(0);
    for (const [index, server] of lab.servers.entries()) expect(await rightsOf(server)).toEqual(before[index]?.rights);
  });
});

/** Once it has been restarted with skip_name_resolve, a server denies that it has an account with a host by name. */
function used(rights: Record<string, string[]>): object {
  return Object.fromEntries(Object.entries(rights).filter(([name]) => !name.includes('db.internal')));
}

/** Runs the commands of the nth block below a heading of the page, with this lab's file and servers in them. */
async function typed(heading: string, block: number, more: Record<string, string> = {}): Promise<RunResult[]> {
  const answers = readFileSync(new URL('../../docs/what-if.md', import.meta.url), 'utf8');
  const section = answers.split(/^## …/m).find((part) => part.startsWith(heading));
  const blocks = [...(section ?? '').matchAll(/^```\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  const lines = (blocks[block] ?? '').split('\n').filter((line) => line !== '');
  expect(lines.length, `commands under "${heading}"`).toBeGreaterThan(0);
  const names: Record<string, string> = {
    '/etc/mha/app1.cnf': lab.confFile,
    '192.0.2.2': proxied.proxy(1).host,
    ...more,
  };
  const results: RunResult[] = [];
  for (const line of lines) {
    const [command, ...args] = Object.entries(names)
      .reduce((text, [from, to]) => text.replaceAll(from, to), line)
      .split(' ');
    results.push(await runCommand(command as Command, args));
  }
  return results;
}
