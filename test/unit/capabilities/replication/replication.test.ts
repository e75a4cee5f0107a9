import { expect, it } from 'vitest';
import { startReplicating, stopForGood } from '../../../../src/capabilities/replication/statements.ts';

it.each([
  ['10.11.19-MariaDB-0+deb12u1', '', 'START SLAVE', 'STOP SLAVE; RESET SLAVE ALL'],
  ['11.8.2-MariaDB', "o'ne", "START SLAVE 'o''ne'", "STOP SLAVE 'o''ne'; RESET SLAVE 'o''ne' ALL"],
  ['5.7.44-log', '', 'START SLAVE', 'STOP SLAVE; RESET SLAVE ALL'],
  ['8.0.21', '', 'START SLAVE', 'STOP SLAVE; RESET SLAVE ALL'],
  ['8.0.22', '', 'START REPLICA', 'STOP REPLICA; RESET REPLICA ALL'],
  ['8.4.0', '', 'START REPLICA', 'STOP REPLICA; RESET REPLICA ALL'],
  [
    '9.7.4',
    'one',
    "START REPLICA FOR CHANNEL 'one'",
    "STOP REPLICA FOR CHANNEL 'one'; RESET REPLICA ALL FOR CHANNEL 'one'",
  ],
])('advice for %s, channel "%s"', (version, channel, starts, ends) => {
  expect([startReplicating(version, channel), stopForGood(version, channel)]).toEqual([starts, ends]);
});
