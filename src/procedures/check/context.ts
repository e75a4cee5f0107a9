import type { Clock } from '../../adapters/clock.ts';
import type { Session } from '../../adapters/mysql/session.ts';
import type { Finding } from '../../base/finding.ts';
import type { Target } from '../../base/server.ts';
import type { ServerIdentity } from '../../capabilities/replication/identity.ts';
import type { SwitchContext } from '../switch/context.ts';
import type { OpenSwitch } from './openSwitch.ts';

/** A server of MHA's file that answered. */
export interface CheckedServer {
  readonly target: Target;
  readonly session: Session;
  readonly identity: ServerIdentity;
  /** Unless `no_master=1`, or MHA leaves it where it is. */
  readonly mayBeMaster: boolean;
  /** `multi_tier_slave=1`: it may replicate from a replica, and MHA then leaves it there. */
  readonly multiTier?: boolean;
}

/** What a check of the servers looks at; it changes nothing. */
export interface CheckContext {
  readonly conf: string;
  /** Those that answered; that another one did not is a finding already. */
  readonly servers: readonly CheckedServer[];
  /** The server that the others replicate from, see masterOf; that there is none is a finding already. */
  readonly master: CheckedServer | undefined;
  readonly settings: SwitchContext['settings'];
  readonly rules: SwitchContext['rules'];
  readonly clock: Clock;
  /** Switches whose journals are open. */
  readonly switches?: readonly OpenSwitch[];
}

/** Looks at one thing on all servers. */
export interface Check {
  /** For the progress line: `privileges of MHA's account`. */
  readonly title: string;
  run(context: CheckContext): Promise<Finding[]>;
}
