import { packageVersion } from '../../adapters/package.ts';
import { optionAmong } from '../../mha/masterSwitch.ts';
import { type OptionNames, type ParsedOptions, parseOptions } from '../../mha/options.ts';
import { type Invocation, PATIENCE, run } from './terminal.ts';

/** What a command's body works with; `problems` are those of its options. */
export interface ToolCall {
  readonly invocation: Invocation;
  readonly options: ParsedOptions;
}

/** Where the options say that MHA's files are; masterha's own `--global_conf` after `--` counts too. */
export function whereIn(options: ParsedOptions): { conf: string | undefined; globalConf: string | undefined } {
  const globalConf = options.values.get('global_conf') ?? optionAmong(options.after, 'global_conf');
  return { conf: options.values.get('conf'), globalConf };
}

/** A command that an operator types: knows `--help`, `--version`, `--conf`, `--global_conf`, `--log_level` besides its own options. */
export function runTool(usage: string, own: OptionNames, body: (call: ToolCall) => Promise<number>): Promise<void> {
  const values = ['conf', 'global_conf', 'log_level', ...own.values];
  const flags = ['help', 'version', ...own.flags];
  return run(async (invocation) => {
    const options = parseOptions(invocation.argv, { ...own, values, flags });
    const asked = options.flags.has('help') ? usage.trimEnd() : packageVersion();
    if (!options.flags.has('help') && !options.flags.has('version')) return body({ invocation, options });
    invocation.print(asked);
    return 0;
  }, PATIENCE.tool);
}
