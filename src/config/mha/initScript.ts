import { shellOutput } from '../../adapters/programs/child.ts';
import { ConfigError, messageOf } from '../../base/errors.ts';
import { decodeBytes, isUtf8 } from './bytes.ts';
import type { TinyProperty } from './configTiny.ts';
import type { Level } from './mhaLevel.ts';
import { MHA_PARAMS } from './mhaParams.ts';

/**
 * Runs MHA's `init_conf_load_script` (a shell command, as a byte string) and reads the `name=value` lines it prints.
 * As in MHA: what follows a second `=` is lost, nothing is trimmed, a name without `=` sets nothing, and neither the
 * exit code nor a missing command is an error. No message quotes the command or its output: they hold passwords.
 * @throws ConfigError for an empty line, an unknown name, more than 30 s or 1 MiB, and a command that is not UTF-8,
 * which Node cannot pass on (MHA would run it)
 */
export async function runInitScript(file: string, command: string): Promise<Level> {
  const part = '[server default], init_conf_load_script';
  const wrong = (text: string, advice: string) => new ConfigError({ file, part, text, advice });
  if (!isUtf8(command)) throw wrong('not valid UTF-8', 'Save the file as UTF-8.');
  const output = await shellOutput(decodeBytes(command), { encoding: 'latin1' }).catch((error) => {
    throw wrong(messageOf(error), 'Run it by hand to see what it does.');
  });
  const given = new Map<string, TinyProperty>();
  const rows = output.split('\n');
  if (rows.at(-1) === '') rows.pop();
  rows.forEach((row, index) => {
    const [name = '', value] = row.split('=');
    if (!MHA_PARAMS.has(name)) {
      const what = `line ${index + 1} of what it prints does not begin with a parameter of MHA and "="`;
      throw wrong(what, 'Let it print only lines such as password=…, without spaces.');
    }
    if (value === undefined) given.delete(name);
    else given.set(name, { value, line: index + 1 });
  });
  return { file, part: `${part}, output`, given };
}
