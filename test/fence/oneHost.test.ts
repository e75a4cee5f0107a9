import { beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../support/commands.ts';
import { useLab } from '../support/useLab.ts';
import { guardsOf } from '../tools/lab/hosts/guards.ts';

const lab = useLab({ servers: 2, ports: [3306, 3307], sameAddress: true });
const about = () => [`--conf=${lab.confFile}`, `--host=${lab.server(0).host}`, '--port=3306'];
const fence = (command: string) => runCommand('mha_fence', [`--command=${command}`, ...about()]);

beforeEach(() => lab.reset());

describe('two servers on one host', () => {
  it('ends the one of that port only', async () => {
    const [first, second] = [lab.server(0), lab.server(1)];
    expect(await fence('status')).toMatchObject({ code: 0, stderr: '' });
    const result = await fence('stopssh');
    expect(result.code, result.stdout + result.stderr).toBe(10);
    console.log(result.stdout, result.durationMs);
    expect(first.running).toBe(false);
    expect(second.running).toBe(true);
    expect(guardsOf(first)).toHaveLength(1);
    const released = await fence('release');
    console.log(released.stdout, released.stderr, released.durationMs);
    expect(guardsOf(first)).toHaveLength(0);
  });
});
