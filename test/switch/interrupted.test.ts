import { describe, expect, it } from 'vitest';
import { bin } from '../support/commands.ts';
import { closedPhases, leftRunning, openJournals, start, stateOf } from '../support/scenes/mha.ts';
import { useLab } from '../support/useLab.ts';
import { stockZoo } from '../support/zoo/zoo.ts';

const lab = useLab({ stock: stockZoo });

describe('mysql_online_failover, interrupted before it has begun', () => {
  it.each([
    ['when it has shown the servers', /\.cnf:/],
    ['when it has shown what it will do', /becomes the master of/],
  ])('%s: nothing begins', async (_, text) => {
    const before = await stateOf(lab);
    const args = [`--conf=${lab.confFile}`, `--new_master_host=${lab.server(1).host}`, '--yes'];
    const run = await start(bin('mysql_online_failover'), args);
    await run.printed(text);
    process.kill(run.pid, 'SIGTERM');
    const { code, stdout, stderr } = await run.ended;
    // 1 before MHA was started; what MHA says if it was being started, and was ended at once.
    expect([1, 130], stdout + stderr).toContain(code);
    expect(stdout + stderr).toMatch(/interrupted by SIGTERM|SIGTERM: ending MHA/);
    expect(await stateOf(lab)).toEqual(before);
    expect([openJournals(lab), closedPhases(lab), leftRunning(lab)]).toEqual([[], [], []]);
  });
});
