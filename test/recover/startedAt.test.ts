import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readStartedAt } from '../../src/capabilities/variables.ts';
import { mhaSession } from '../support/mhaSession.ts';
import { type Lab, startLab } from '../tools/lab/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ servers: 1, ssh: false });
});

afterAll(() => lab?.stop());

async function read(): Promise<number> {
  const session = await mhaSession(lab, lab.server(0));
  const startedAt = await readStartedAt(session);
  await session.close();
  return startedAt;
}

it('says when a server was started: the same at every moment, another after a restart', async () => {
  const seen = new Set<number>();
  for (let look = 0; look < 15; look += 1) {
    seen.add(await read());
    await sleep(130);
  }
  expect([...seen]).toHaveLength(1);
  await lab.server(0).restart();
  expect(seen).not.toContain(await read());
});
