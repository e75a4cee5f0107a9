import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readStartedAt } from '../../src/capabilities/variables.ts';
import { mhaSession } from '../support/mhaSession.ts';
import { useLab } from '../support/useLab.ts';

const lab = useLab({ servers: 1, ssh: false });

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
