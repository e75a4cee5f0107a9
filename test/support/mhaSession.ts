import { connect } from '../../src/adapters/mysql/connect.ts';
import type { Session } from '../../src/adapters/mysql/session.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Target } from '../../src/base/server.ts';
import { readDefiners } from '../../src/capabilities/accounts/definers.ts';
import { readAccounts, readMandatoryRoles, readOwnState } from '../../src/capabilities/accounts/read.ts';
import type { BlockMethod } from '../../src/capabilities/accounts/shutOut/blocked.ts';
import { onMissingObjects } from '../../src/capabilities/accounts/shutOut/giveBack.ts';
import { type BlockPlan, planBlock } from '../../src/capabilities/accounts/shutOut/plan.ts';
import { binlogOff } from '../../src/capabilities/binlog.ts';
import type { Lab } from '../tools/lab/lab.ts';
import type { LabServer } from '../tools/lab/server.ts';

/** A session of our own adapter, as MHA's account. */
export async function mhaSession(lab: Lab, server: LabServer, { withoutBinlog = false } = {}): Promise<Session> {
  const { host, port } = server;
  const target: Target = { host, ip: host, port, user: lab.mha.user, password: new Secret(lab.mha.password) };
  const session = await connect(target, { connectMs: 5_000, statementMs: 20_000 });
  if (withoutBinlog) await binlogOff(session);
  return session;
}

/** Whom `stop` would shut out, and how. */
export async function planOf(
  lab: Lab,
  orig: Session,
  next: Session,
  method: BlockMethod = 'revoke',
): Promise<BlockPlan> {
  const states = await readAccounts(orig);
  const grants = states.flatMap((state) => state.grants);
  const gone = await Promise.all([orig, next].map((session) => onMissingObjects(session, grants)));
  return planBlock({
    states,
    rules: { mhaUsers: [lab.mha.user], replicationUsers: [lab.repl.user], preserve: [] },
    givers: [(await readOwnState(orig)).grants, (await readOwnState(next)).grants],
    gone: new Set(gone.flatMap((keys) => [...keys])),
    method,
    mandatory: await readMandatoryRoles(orig),
    definers: await readDefiners(next),
  });
}
