import { UsageError } from '../base/errors.ts';
import { printable } from '../config/mhaConfig.ts';
import { parseOptions } from '../mha/options.ts';
import { readCluster } from './cluster.ts';
import { packageVersion, run } from './terminal.ts';

const USAGE = `mha_check --print_config [--show_passwords] [--conf=FILE]

  --print_config     prints the configuration as MHA reads it, as JSON
  --show_passwords   with the passwords in it instead of ***
  --conf=FILE        MHA's application file; not needed where there is only one

Exit: 0 printed; 1 the configuration is wrong; 2 wrong arguments.
`;

await run(async (invocation) => {
  const names = { values: ['conf', 'log_level'], flags: ['help', 'version', 'print_config', 'show_passwords'] };
  const options = parseOptions(invocation.argv, names);
  if (options.flags.has('help') || options.flags.has('version')) {
    invocation.print(options.flags.has('help') ? USAGE.trimEnd() : packageVersion());
    return 0;
  }
  const wrong = [...options.problems, ...[...options.unknown, ...options.words].map((o) => `${o} is unknown`)];
  if (!options.flags.has('print_config')) wrong.push('say what to do: --print_config');
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'));
  const { config } = await readCluster({ conf: options.values.get('conf'), env: invocation.env });
  invocation.print(JSON.stringify(printable(config, { showPasswords: options.flags.has('show_passwords') }), null, 2));
  return 0;
});
