import { expect, it } from 'vitest';
import { shellOutput } from '../../../../src/adapters/programs/child.ts';

it('gives what a command prints, whatever its exit code', async () => {
  expect(await shellOutput('printf "é\\n"; exit 3')).toBe('é\n');
  expect(await shellOutput("printf '\\351'", { encoding: 'latin1' })).toBe('é');
  expect(await shellOutput('/no/such/command 2>/dev/null')).toBe('');
});

it('ends a command that takes too long, with what it started', async () => {
  const begun = Date.now();
  await expect(shellOutput('sleep 20.75; true', { limitMs: 200 })).rejects.toThrow('not ended after 0.2 s');
  expect(Date.now() - begun).toBeLessThan(5000);
  expect(await shellOutput("ps -eo args | grep -c '^sleep 20\\.75'")).toBe('0\n');
});
