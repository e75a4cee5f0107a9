import { packageVersion } from '../../adapters/package.ts';
import { optionAmong } from '../../mha/masterSwitch.ts';
import { type OptionNames, type ParsedOptions, parseOptions } from '../../mha/options.ts';
import { type Invocation, PATIENCE, run } from './terminal.ts';

export interface ToolCall {
  readonly invocation: Invocation;
  readonly options: ParsedOptions;
}

/** MHA's files, as the options name them; `--global_conf` after `--` counts too. */
export function whereIn(options: ParsedOptions): { conf: string | undefined; globalConf: string | undefined } {
  const globalConf = options.values.get('global_conf') ?? optionAmong(options.after, 'global_conf');
  return { conf: options.values.get('conf'), globalConf };
}

/** What is wrong with the options; `words` are those that the command does not take. */
export function wrongIn({ problems, unknown, after }: ParsedOptions, words: readonly string[] = []): string[] {
  return [...problems, ...[...unknown, ...words, ...after].map((option) => `${option} is unknown`)];
}

/** Runs a command that an operator types. Each also knows the options that are named here. */
export function runTool(usage: string, own: OptionNames, body: (call: ToolCall) => Promise<number>): Promise<void> {
  const values = ['conf', 'global_conf', 'log_level', ...own.values];
  const flags = ['help', 'version', ...own.flags];
  return run(async (invocation) => {
    const options = parseOptions(invocation.argv, { ...own, values, flags });
    const help = options.flags.has('help');
    if (!help && !options.flags.has('version')) return body({ invocation, options });
    invocation.print(help ? usage.trimEnd() : packageVersion());
    return 0;
  }, PATIENCE.tool);
}
