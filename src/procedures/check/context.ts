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
  /** False for `no_master=1`, and for a replica of a replica that MHA does not repoint. */
  readonly mayBeMaster: boolean;
  /** `multi_tier_slave=1`: it may replicate from a replica, and MHA then does not repoint it. */
  readonly multiTier?: boolean;
}

/** What a check works with. */
export interface CheckContext {
  readonly conf: string;
  /** Those that answered; each of the others is already a finding. */
  readonly servers: readonly CheckedServer[];
  /** The server that the others replicate from, see masterOf; if there is none, that is already a finding. */
  readonly master: CheckedServer | undefined;
  readonly settings: SwitchContext['settings'];
  readonly rules: SwitchContext['rules'];
  readonly clock: Clock;
  /** Switches whose journals are open. */
  readonly switches?: readonly OpenSwitch[];
  /** Whether the server's configuration has read_only, as its host shows over ssh; undefined if that is not known. */
  configuredReadOnly?(server: CheckedServer): Promise<boolean | undefined>;
}

/** Checks one thing on all servers, and changes nothing. */
export interface Check {
  /** For the progress line: `privileges of MHA's account`. */
  readonly title: string;
  run(context: CheckContext): Promise<Finding[]>;
}
