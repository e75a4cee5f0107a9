import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCallAmong } from '../../../src/mha/hookCalls.ts';
import { ROOT } from '../../tools/lab/root.ts';

const ONLINE = 'master_ip_online_change';
const START = ['--command=start', '--new_master_host=db2', '--new_master_port=3307'];
const ours = (path: string) => join(ROOT, path);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mha-hook-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a start among the processes below MHA', () => {
  it.each([
    ['the launcher', ['/bin/sh', ours(`bin/${ONLINE}`)]],
    ['the hook that it runs', ['node', ours(`dist/hooks/${ONLINE}.cjs`)]],
    ['the hook without its cache', ['/usr/bin/node', '--no-warnings', ours(`dist/commands/${ONLINE}.js`)]],
  ])('is %s', (_, command) => {
    const call = startCallAmong([
      { pid: 7, args: ['sh', '-c', 'sleep 1'] },
      { pid: 8, args: [...command, ...START] },
    ] as never);
    expect(call).toEqual({ pid: 8, command: 'start', host: 'db2', port: 3307 });
  });

  it('is a link to the launcher', () => {
    const link = join(folder, ONLINE);
    symlinkSync(ours(`bin/${ONLINE}`), link);
    expect(startCallAmong([{ pid: 8, args: ['/bin/sh', link, ...START] }] as never)?.pid).toBe(8);
  });

  it.each([
    ['another script of that name', ['/bin/sh', `/opt/other/${ONLINE}`, ...START]],
    ['our stop', ['/bin/sh', ours(`bin/${ONLINE}`), '--command=stop', ...START.slice(1)]],
    ['a shell that will run it', ['sh', '-c', `/bin/true && ${ours(`bin/${ONLINE}`)} ${START.join(' ')}`]],
  ])('is not %s', (_, args) => {
    expect(startCallAmong([{ pid: 8, args }] as never)).toBeUndefined();
  });
});
