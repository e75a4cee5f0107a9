import fc from 'fast-check';
import { expect, it } from 'vitest';
import { onlineArguments, runCommand } from '../support/commands.ts';
import { stateOf } from '../support/process/crash.ts';
import { helperSettings } from '../support/state/state.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { RANDOM_OBJECTS, type RandomAccounts, randomAccounts } from '../support/zoo/randomAccounts.ts';
import { isMysql } from '../tools/lab/kind.ts';

/** What happens to `stop` at the nth statement of all that it sends. */
const fault = fc.record({
  place: fc.nat(60),
  when: fc.constantFrom('before' as const, 'after' as const),
  kind: fc.constantFrom('kill', 'drop', 'lose', 'error', 'SIGINT', 'SIGTERM'),
  method: fc.constantFrom('revoke', 'revoke', 'lock', 'both'),
});
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never;

const HISTORIES = Number(process.env.MHA_HELPER_HISTORIES ?? (isMysql ? 40 : 200));

const lab = useLab({ ssh: false, stock: RANDOM_OBJECTS });
const proxied = useProxies(lab);

it(`${HISTORIES} random histories end with all rights as before`, { timeout: 1_200_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(randomAccounts, fault, async (accounts, what) => {
      await history(accounts, what);
    }),
    { numRuns: HISTORIES, endOnFailure: true },
  );
});

/** Accounts are made, `stop` meets the fault, `mha_recover` ends it; the accounts go again. */
async function history(accounts: RandomAccounts, what: Fault): Promise<void> {
  try {
    await lab.server(0).adminAll(accounts.create);
    await lab.waitReplicasLevel();
    const before = await stateOf(lab);
    helperSettings(lab, { block_method: what.method });
    const stopped = await stopMeeting(what);
    const recovered = await runCommand('mha_recover', [`--conf=${lab.confFile}`]);
    const seen = `${stopped.stdout}${stopped.stderr}\n${recovered.stdout}${recovered.stderr}`;
    expect(recovered.code, seen).toBe(0);
    expect(await stateOf(lab), seen).toEqual(before);
  } finally {
    proxied.reset();
    for (const sql of accounts.drop)
      await lab
        .server(0)
        .admin(sql)
        .catch(() => {});
  }
}

async function stopMeeting({ place, when, kind }: Fault) {
  proxied.reset();
  let pid = 0;
  const signal = async () => {
    process.kill(pid, kind === 'kill' ? 'SIGKILL' : (kind as NodeJS.Signals));
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const fates = { drop: 'drop', lose: when === 'before' ? 'lose' : 'drop', error: { error: 'made to fail' } } as const;
  proxied.inject({
    when,
    match: ({ ordinal }) => ordinal === place,
    fate: kind in fates ? fates[kind as keyof typeof fates] : signal,
  });
  const onStart = (started: number) => {
    pid = started;
  };
  const args = onlineArguments(lab, 'stop', proxied.proxy(0), proxied.proxy(1));
  const result = await runCommand('master_ip_online_change', args, { onStart });
  proxied.reset();
  return result;
}
