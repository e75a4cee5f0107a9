import type { Log } from '../../adapters/log.ts';
import type { Target } from '../../base/server.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Invocation } from '../cli/terminal.ts';

/** One run of MHA through a wrapper command. */
export interface SwitchRun {
  readonly cluster: Cluster;
  readonly invocation: Invocation;
  readonly log: Log;
  readonly logLevel?: string | undefined;
  readonly args: readonly string[];
  readonly followLog?: string | undefined;
  readonly globalConf?: string | undefined;
  /** The server that MHA takes for dead. */
  readonly dead?: Target | undefined;
  /** Undefined if MHA chooses. */
  readonly newMaster?: Target | undefined;
  /** Shows every line of MHA, on a terminal too. */
  readonly verbose?: boolean;
}
