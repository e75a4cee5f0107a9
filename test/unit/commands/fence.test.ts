import { describe, expect, it } from 'vitest';
import { runCommand } from '../../support/commands.ts';

/** By then MHA has stopped the replicas' IO threads: a failover that it gives up leaves them stopped. */
describe('without a configuration', () => {
  it.each([
    ['stop', 0],
    ['stopssh', 10],
  ])('%s lets MHA go on, and says that nothing is fenced', async (command, code) => {
    const args = [`--command=${command}`, '--host=db1', '--ip=192.0.2.1', '--port=3306'];
    const result = await runCommand('mha_fence', ['--conf=/no/such/app1.cnf', ...args]);
    expect(result.code, result.stderr).toBe(code);
    expect(result.stdout).toMatch(/NOT FENCED: db1:3306 may still take writes: .*\/no\/such\/app1.cnf/);
  });

  it.each(['status', 'release'])('%s fails', async (command) => {
    const result = await runCommand('mha_fence', ['--conf=/no/such/app1.cnf', `--command=${command}`, '--host=db1']);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('/no/such/app1.cnf') });
  });
});
