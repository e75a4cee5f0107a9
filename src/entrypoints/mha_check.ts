import { UsageError } from '../base/errors.ts';
import { printable } from '../config/mhaConfig.ts';
import { readMhaFile } from './cluster.ts';
import { openLog } from './terminal.ts';
import { runTool, whereIn } from './tool.ts';

const USAGE = `mha_check --print_config [--show_passwords] [--conf=FILE]

  --print_config     prints the configuration as MHA reads it, as JSON
  --show_passwords   with the passwords in it instead of ***
  --conf=FILE        MHA's application file; not needed where there is only one
  --global_conf=FILE MHA's global file, where it is not /etc/masterha_default.cnf
  --log_level=LEVEL  error, warning, info or debug; to standard error

Exit: 0 printed; 1 the configuration is wrong; 2 wrong arguments.
`;

const NAMES = { values: [], flags: ['print_config', 'show_passwords'] };

await runTool(USAGE, NAMES, async ({ invocation, options }) => {
  const wrong = [...options.problems, ...[...options.unknown, ...options.words].map((o) => `${o} is unknown`)];
  if (!options.flags.has('print_config')) wrong.push('say what to do: --print_config');
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'));
  const log = openLog(options.values.get('log_level'), 'stderr');
  const config = await readMhaFile({ ...whereIn(options), env: invocation.env });
  log.debug(`this is ${config.file} as MHA reads it`);
  invocation.print(JSON.stringify(printable(config, { showPasswords: options.flags.has('show_passwords') }), null, 2));
  return 0;
});
