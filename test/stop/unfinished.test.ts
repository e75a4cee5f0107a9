import type { Connection } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/adapters/mysql/session.ts';
import { readEvents, setEvents } from '../../src/capabilities/events/events.ts';
import { endUnfinished } from '../../src/capabilities/sessions/unfinished.ts';
import { mhaSession } from '../support/mhaSession.ts';
import { rootSession } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { isMysql } from '../tools/lab/kind.ts';
import { until } from '../tools/lab/wait.ts';

const lockingAccounts = isMysql ? 'LOCK TABLES mysql.user READ' : 'LOCK TABLES mysql.global_priv READ';

const lab = useLab({
  ssh: false,
  servers: 1,
  stock: [
    'CREATE TABLE app.apart (id INT)',
    "CREATE USER clerk@'%'",
    'CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0',
  ],
});
let root: Awaited<ReturnType<typeof rootSession>>;
/** A person who works with MHA's account. */
let dba: Connection;
let ours: Session;
let other: Session;

beforeEach(async () => {
  const server = lab.server(0);
  root = await rootSession(server);
  dba = await server.connect(lab.mha.user, lab.mha.password);
  [ours, other] = await Promise.all([mhaSession(lab, server), mhaSession(lab, server)]);
});

afterEach(async () => {
  await root.end();
  await dba.end().catch(() => {});
  await Promise.all([ours, other].map((session) => session.close()));
});

async function waiting(ids: readonly number[]): Promise<void> {
  const sql = `SELECT ID FROM information_schema.PROCESSLIST WHERE ID IN (${ids.join(', ')}) AND INFO IS NOT NULL`;
  await until('both statements to wait', 20_000, async () => (await lab.server(0).admin(sql)).length === ids.length);
}

const GRANT = 'GRANT SELECT ON app.* TO clerk@"%"';

describe('an undo ends what we left behind, and not what somebody else does with the same account', () => {
  it.each([
    ['a GRANT', lockingAccounts, GRANT, (s: Session) => s.rows(GRANT)],
    ['a packet of GRANTs', lockingAccounts, GRANT, (s: Session) => s.many(['SELECT 1', GRANT, GRANT])],
    [
      'SET GLOBAL read_only',
      'LOCK TABLES app.apart WRITE',
      'SET GLOBAL read_only = 1',
      (s: Session) => s.many(['SET GLOBAL read_only = 1', 'SELECT 1']),
    ],
    [
      'ALTER EVENT',
      'FLUSH TABLES WITH READ LOCK',
      'ALTER EVENT app.tick DISABLE',
      async (s: Session) => setEvents(s, await readEvents(s), 'DISABLED'),
    ],
  ] as const)('%s', async (_, lock, theirs, run) => {
    await root.query(lock);
    const done = dba.query(theirs);
    const lost = run(ours).then(
      () => 'went on',
      () => 'ended',
    );
    await waiting([dba.threadId, ours.id]);
    await endUnfinished(other);
    expect(await lost).toBe('ended');
    await waiting([dba.threadId]);
    await root.query('UNLOCK TABLES');
    await done;
    await lab.server(0).admin('SET GLOBAL read_only = 0');
  });
});

it('what reads is not marked: MHA takes whatever does not begin with SELECT or SHOW for an update', async () => {
  const reading = ours.rows('SELECT SLEEP(20)').catch(() => {});
  await waiting([ours.id]);
  const [row] = await lab
    .server(0)
    .admin(`SELECT INFO AS info FROM information_schema.PROCESSLIST WHERE ID = ${ours.id}`);
  expect(row?.info).toBe('SELECT SLEEP(20)');
  await lab.server(0).admin(`KILL ${ours.id}`);
  await reading;
});
