import { describe, expect, it } from 'vitest';
import { openTransactions } from '../../../../src/capabilities/sessions/clients.ts';

/** From MariaDB 10.11.11: one prepared (XA), one with a snapshot only, one waiting for a lock, one idle, and none. */
const MARIADB = `
=====================================
2026-01-02 03:04:05 0x7f4dc0 INNODB MONITOR OUTPUT
------------
TRANSACTIONS
------------
Trx id counter 26
Purge done for trx's n:o < 23 undo n:o < 0 state: running
LIST OF TRANSACTIONS FOR EACH SESSION:
---TRANSACTION 25, ACTIVE (PREPARED) 2 sec
1 lock struct(s), heap size 1128, 0 row lock(s), undo log entries 1
MariaDB thread id 22, OS thread handle 139972180203200, query id 55 127.0.0.1 app
---TRANSACTION (0x7f4dd0f35c80), ACTIVE 2 sec
0 lock struct(s), heap size 1128, 0 row lock(s)
MariaDB thread id 21, OS thread handle 139972180510400, query id 51 127.0.0.1 app
Trx read view will not see trx with id >= 23, sees < 23
---TRANSACTION 24, ACTIVE 2 sec starting index read
mysql tables in use 1, locked 1
LOCK WAIT 2 lock struct(s), heap size 1128, 1 row lock(s)
MariaDB thread id 20, OS thread handle 139972180817600, query id 50 127.0.0.1 app Updating
UPDATE t SET a = 8 WHERE a = 1
------- TRX HAS BEEN WAITING 2111349 us FOR THIS LOCK TO BE GRANTED:
RECORD LOCKS space id 5 page no 3 n bits 320 index PRIMARY of table \`app\`.\`t\` trx id 24 lock_mode X
------------------
---TRANSACTION 23, ACTIVE 135 sec
2 lock struct(s), heap size 1128, 1 row lock(s), undo log entries 2
MariaDB thread id 19, OS thread handle 139972181124800, query id 48 127.0.0.1 app
---TRANSACTION (0x7f4dd0f33b80), not started
0 lock struct(s), heap size 1128, 0 row lock(s)
--------
FILE I/O
--------
`;

/** As MySQL words it; a latest deadlock, which is over, stands before the list. */
const MYSQL = `
LATEST DETECTED DEADLOCK
*** (1) TRANSACTION:
---TRANSACTION 1700, ACTIVE 9 sec starting index read
MySQL thread id 3, OS thread handle 140, query id 30 localhost app updating
LIST OF TRANSACTIONS FOR EACH SESSION:
---TRANSACTION 421562345678, not started
0 lock struct(s), heap size 1128, 0 row lock(s)
---TRANSACTION 1799, ACTIVE 4 sec
1 lock struct(s), heap size 1128, 0 row lock(s), undo log entries 1
MySQL thread id 8, OS thread handle 140, query id 33 localhost app
`;

describe('the open transactions of SHOW ENGINE INNODB STATUS', () => {
  it('are found by connection, with what distinguishes one from the next', () => {
    expect([...openTransactions(MARIADB)]).toEqual([
      [22, { id: '25', seconds: 2, changes: 1 }],
      [21, { id: '(0x7f4dd0f35c80)', seconds: 2, changes: 0 }],
      [20, { id: '24', seconds: 2, changes: 0 }],
      [19, { id: '23', seconds: 135, changes: 2 }],
    ]);
  });

  it('are those of the list, not those of an earlier deadlock', () => {
    expect([...openTransactions(MYSQL)]).toEqual([[8, { id: '1799', seconds: 4, changes: 1 }]]);
  });

  it('are none in a text without any', () => {
    expect(openTransactions('').size).toBe(0);
    expect(openTransactions('LIST OF TRANSACTIONS FOR EACH SESSION:\n').size).toBe(0);
  });
});
