import type { Log } from '../../adapters/log.ts';
import type { Target } from '../../base/server.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Invocation } from '../cli/terminal.ts';

/** One run of `mha_recover`. */
export interface RecoverCall {
  readonly cluster: Cluster;
  readonly invocation: Invocation;
  readonly log: Log;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** `--close_only` */
  readonly closeOnly: boolean;
  /** `--master_is` */
  readonly master?: Target | undefined;
}
