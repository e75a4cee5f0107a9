import { dirname, isAbsolute, join } from 'node:path';
import { factsOf, readText, realPath } from '../../../adapters/files/files.ts';
import { runProgram } from '../../../adapters/programs/child.ts';
import { ConfigError, inFile, messageOf } from '../../../base/errors.ts';
import { error, type Finding, note, warning } from '../../../base/finding.ts';
import { type SimpleCommand, simpleCommand } from '../../../base/shellWords.ts';
import { locateConfig } from '../../../config/mha/locate.ts';
import { targetOf } from '../../../config/mha/mhaServer.ts';
import { optionAmong } from '../../../mha/masterSwitch.ts';
import { fenceFindings } from './fence.ts';
import type { Surroundings } from './inputs.ts';
import { checkPrecompiled } from './precompiled.ts';
import { findProgram } from './programs.ts';
import { checkScriptTrust } from './scriptTrust.ts';

/** Whether MHA's scripts exist, are ours, and read the file that is checked. */
export async function checkHooks(given: Surroundings): Promise<Finding[]> {
  const ours = await Promise.all(OURS.map((name) => checkParameter(given, `${name}_script`, name)));
  const others = await Promise.all(OTHERS.map((parameter) => checkOther(given, parameter)));
  const rest = [await checkFence(given), await checkScriptTrust(given), await checkPrecompiled(given)];
  return [...ours, ...others, ...rest].flat();
}

const OURS = ['master_ip_online_change', 'master_ip_failover'] as const;
type Hook = (typeof OURS)[number];
const OTHERS = ['report_script', 'shutdown_script', 'secondary_check_script'] as const;

/** Each value of a parameter, with the servers that have it: a server's section may override it. */
function valuesOf({ config }: Surroundings, parameter: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const { id, params } of config.servers) {
    const value = params.get(parameter) ?? '';
    values.set(value, [...(values.get(value) ?? []), `[${id}]`]);
  }
  return values;
}

async function checkParameter(given: Surroundings, parameter: string, name: Hook): Promise<Finding[]> {
  const found: Finding[] = [];
  const values = valuesOf(given, parameter);
  for (const [value, servers] of values) {
    const where = values.size === 1 ? parameter : `${parameter} of ${servers.join(', ')}`;
    const ours = `${given.packageFolder('bin')}/${name}`;
    const line = `${parameter} = ${ours} --conf=${given.config.file}`;
    const missing = () =>
      error('hook_missing', given.config.file, `sets no ${where}: ${LOST[name]}`, 'add to it:', [line]);
    found.push(...(value === '' ? [missing()] : await checkHook(given, value, where, name)));
  }
  return found;
}

const LOST = {
  master_ip_online_change: 'a planned switch would move the master while applications write to it',
  master_ip_failover: 'after a failover the new master would take no writes',
} as const;

async function checkHook(given: Surroundings, value: string, where: string, name: string): Promise<Finding[]> {
  const command = simpleCommand(value);
  if (!command) {
    const text = 'is more than a program and its arguments; whether it runs this package’s hook cannot be determined';
    return [warning('hook_unclear', where, text, `try it: /bin/sh -c '...' with --version after it`)];
  }
  const found = await findProgram(command.program, given.env);
  if ('missing' in found) return [error('hook_not_executable', where, found.missing, found.advice)];
  const real = await realPath(found.path);
  const which = await ownHook(real);
  if (which === undefined) {
    const text = `${found.path} is not this package’s hook: what it does is not checked`;
    const advice = `use ${given.packageFolder('bin')}/${name}, or make sure that script is right`;
    return [warning('hook_foreign', where, text, advice)];
  }
  if (which !== name) return [error('hook_wrong', where, `${found.path} is ${which}`, `use ${name} instead`)];
  return [...(await tryHook(given, value, where, found.path)), ...(await checkConf(given, command, where, real))];
}

/** Which of our commands a file runs, according to the module that it loads. */
async function ownHook(real: string): Promise<string | undefined> {
  const text = await readText(real).catch(() => '');
  return text.length < 1000 ? /\/(?:commands|hooks)\/(\w+)\.c?js\b/.exec(text)?.[1] : undefined;
}

/** Runs it as MHA would, through the shell, with --version. */
async function tryHook(given: Surroundings, value: string, where: string, path: string): Promise<Finding[]> {
  const { env, signal, packageVersion } = given;
  const result = await runProgram('/bin/sh', ['-c', `${value} --version`], { env, signal, limitMs: 10_000 });
  const said = result.stdout.trim();
  if (result.code !== 0) {
    const why = result.stderr.trim().split('\n').at(-1) ?? '';
    const text = `${path} does not run: ${why || `exit code ${result.code}`}`;
    return [error('hook_fails', where, text, `run it: ${path} --version`)];
  }
  if (said === packageVersion) return [];
  const text = `${path} is version ${said}, and this is ${packageVersion}`;
  return [warning('hook_version', where, text, 'use one installation of this package')];
}

/** MHA does not pass its file's name to its scripts: the hook must find the file that is checked. */
async function checkConf(given: Surroundings, command: SimpleCommand, where: string, real: string): Promise<Finding[]> {
  const named = optionAmong(command.args, 'conf') ?? (command.env.get('MHA_HELPER_CONF') || given.env.MHA_HELPER_CONF);
  const globalOf = optionAmong(command.args, 'global_conf') ?? command.env.get('MHA_HELPER_GLOBAL_CONF');
  const found = named ? await checkNamed(given, named, where) : await checkSearch(given, where, real);
  if (given.globalConf !== undefined && !(await same(globalOf ?? '', given.globalConf))) {
    const text = `reads ${globalOf ?? '/etc/masterha_default.cnf'} as MHA’s global file, not ${given.globalConf}`;
    found.push(warning('hook_global_conf', where, text, `add --global_conf=${given.globalConf}`));
  }
  return found;
}

async function checkNamed(given: Surroundings, named: string, where: string): Promise<Finding[]> {
  const advice = `write --conf=${given.config.file}`;
  if (!isAbsolute(named)) {
    return [error('hook_conf', where, `--conf=${named} is a relative path, and MHA may run from any folder`, advice)];
  }
  if (!(await factsOf(named))) return [error('hook_conf', where, `reads ${named}, which does not exist`, advice)];
  if (await same(named, given.config.file)) return [];
  return [error('hook_conf', where, `reads ${named}, not the file that is checked`, advice)];
}

/** Without --conf a hook searches for the file that lists the master, and any of the servers can be that. */
async function checkSearch(given: Surroundings, where: string, real: string): Promise<Finding[]> {
  const advice = `add --conf=${given.config.file}`;
  const packageConf = join(dirname(dirname(real)), 'conf');
  for (const server of given.config.servers) {
    const { host, ip, port } = targetOf(server);
    const globalFile = given.globalConf === undefined ? {} : { globalFile: given.globalConf };
    try {
      const { file } = await locateConfig({ master: { host, ip, port }, packageConf, ...globalFile });
      if (!(await same(file, given.config.file))) {
        return [error('hook_conf', where, `without --conf it reads ${file} for ${host}:${port}`, advice)];
      }
    } catch (failure) {
      const [problem] = failure instanceof ConfigError ? failure.problems : [];
      const why = problem ? inFile({ ...problem, details: [] }) : messageOf(failure);
      return [error('hook_conf', where, `without --conf it finds no file: ${why}`, advice)];
    }
  }
  return [];
}

async function same(one: string, other: string): Promise<boolean> {
  const real = (file: string) => realPath(file).catch(() => file);
  return (await real(one)) === (await real(other));
}

async function checkFence(given: Surroundings): Promise<Finding[]> {
  const scripts = await Promise.all(
    [...valuesOf(given, 'shutdown_script').keys()].map(async (value) => {
      if (value === '') return 'none';
      const program = await findProgram(simpleCommand(value)?.program ?? '', given.env);
      const ours = 'path' in program && (await ownHook(await realPath(program.path))) === 'mha_fence';
      return ours ? 'mha_fence' : 'another';
    }),
  );
  const [worst] = (['none', 'mha_fence', 'another'] as const).filter((one) => scripts.includes(one));
  return worst ? fenceFindings(given, worst) : [];
}

async function checkOther(given: Surroundings, parameter: string): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const value of valuesOf(given, parameter).keys()) {
    const command = simpleCommand(value);
    if (!command) continue;
    const program = await findProgram(command.program, given.env);
    if ('missing' in program) found.push(warning('script_missing', parameter, program.missing, program.advice));
    else if ((await ownHook(await realPath(program.path))) === 'mha_report') {
      found.push(note('report_script', parameter, 'is mha_report: it mails the report after a failover'));
    }
  }
  return found;
}
