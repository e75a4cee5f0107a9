import type { Target } from '../../base/server.ts';
import type { Channel } from '../../capabilities/replication/status.ts';
import { mastersOf, type Observed, standingsOf } from '../../cluster/observe.ts';
import type { Seen } from './closable.ts';

/** A replica whose IO thread is stopped has its master still, but says nothing about who is the master now. */
export function seenOf(looked: readonly Observed[]): Seen<Target>[] {
  const reading = looked.map((one) =>
    one.identity ? { ...one, identity: { ...one.identity, channels: one.identity.channels.filter(isReading) } } : one,
  );
  return standingsOf(looked).map((standing, at) => {
    const one = reading[at];
    return { ...standing, reads: one ? mastersOf(one, reading) : [] };
  });
}

const isReading = ({ io }: Channel) => io !== 'No';
