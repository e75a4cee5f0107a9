/** What was seen of the two masters of a failover. */
export interface Pair {
  readonly newMaster: 'writable' | 'closed' | 'silent';
  readonly oldMaster: 'writable' | 'closed' | 'silent';
  /** The new master's IO thread reads from the old one: MHA stops it before it opens the new master. */
  readonly replicates: boolean;
}

/**
 * What to do about the old master of a failover that answers again. The first matching row decides:
 *
 * | new master       | old master | the new one replicates from it | decision |
 * |------------------|------------|--------------------------------|----------|
 * |                  | silent     |                                | `wait`: its transactions are unknown |
 * | closed, silent   | writable   |                                | `leave`: it may be the only server that takes writes |
 * | writable         | writable   | yes                            | `leave`: it is the new master's master |
 * | writable         | writable   | no                             | `close` it, then `compare` |
 * | closed, silent   | closed     |                                | `compare`, as far as that is possible |
 * | writable         | closed     |                                | `compare` |
 *
 * Invariant: `close` is never returned unless another server takes writes and does not depend on this one.
 */
export function aboutOldMaster({ newMaster, oldMaster, replicates }: Pair): 'wait' | 'leave' | 'close' | 'compare' {
  if (oldMaster === 'silent') return 'wait';
  if (oldMaster === 'closed') return 'compare';
  return newMaster === 'writable' && !replicates ? 'close' : 'leave';
}
