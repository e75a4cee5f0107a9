import { basename, dirname, isAbsolute, join } from 'node:path';
import { factsOf, realPath } from '../../../adapters/files/files.ts';
import { trustedProgram } from '../../../adapters/files/trusted.ts';
import { messageOf } from '../../../base/errors.ts';
import { error, type Finding } from '../../../base/finding.ts';
import { simpleCommand } from '../../../base/shellWords.ts';
import type { Surroundings } from './inputs.ts';
import { findProgram } from './programs.ts';

/** Programs that MHA runs as its own user, often root. */
const SCRIPTS = [
  ...['master_ip_online_change_script', 'master_ip_failover_script', 'shutdown_script', 'report_script'],
  ...['secondary_check_script', 'init_conf_load_script'],
];

/** An error for each script that another user can write or replace; a missing script is another finding. */
export async function checkScriptTrust(given: Surroundings): Promise<Finding[]> {
  const found = new Map<string, Finding>();
  for (const parameter of SCRIPTS) {
    const values = new Set(given.config.servers.map(({ params }) => params.get(parameter) ?? ''));
    for (const value of values) {
      for (const file of await filesRun(given, value)) {
        const finding = findingOf(parameter, file);
        if (finding) found.set(`${parameter}\0${finding.text}`, finding);
      }
    }
  }
  return [...found.values()];
}

/** The program, a script among its arguments (`perl /path/script`), and what one of our commands loads. */
async function filesRun(given: Surroundings, value: string): Promise<string[]> {
  const command = simpleCommand(value);
  if (!command) return [];
  const program = await findProgram(command.program, given.env);
  const own = 'path' in program ? [program.path, ...(await loadedBy(program.path))] : [];
  const files: string[] = [];
  for (const file of [...own, ...command.args]) {
    if (isAbsolute(file) && (await factsOf(file))?.kind === 'file') files.push(file);
  }
  return files;
}

async function loadedBy(path: string): Promise<string[]> {
  const real = await realPath(path).catch(() => path);
  const [dist, name] = [join(dirname(dirname(real)), 'dist'), basename(real)];
  const hook = ['cjs', 'bundle.js', 'cache'].map((ending) => join(dist, 'hooks', `${name}.${ending}`));
  return [join(dist, 'commands', `${name}.js`), ...hook];
}

function findingOf(parameter: string, file: string): Finding | undefined {
  try {
    trustedProgram(file);
    return undefined;
  } catch (failure) {
    const advice =
      'who can write to it decides what MHA runs: let only root, or the user that MHA runs as, write to it';
    return error('hook_writable', parameter, messageOf(failure), advice);
  }
}
