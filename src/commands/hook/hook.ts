import { LOG_LEVELS, type Log } from '../../adapters/log.ts';
import { packageVersion } from '../../adapters/package.ts';
import { UsageError } from '../../base/errors.ts';
import { type HookArguments, type Needs, parseHookArguments } from '../../mha/hookArguments.ts';
import { refuseOptions } from '../../mha/options.ts';
import { type Invocation, openLog, PATIENCE, run } from '../cli/terminal.ts';

export interface HookCall {
  readonly args: HookArguments;
  readonly invocation: Invocation;
  readonly log: Log;
}

export interface HookCommand {
  readonly needs: Needs[string];
  /** Runs even if arguments are wrong; see `args.problems`. */
  readonly inSpiteOfProblems?: boolean;
  /** Loads the code of the command. */
  load(): Promise<(call: HookCall) => Promise<number>>;
}

/** Runs a hook script: the command that MHA's arguments name. */
export function runHook(usage: string, commands: Readonly<Record<string, HookCommand>>): Promise<void> {
  return run(async (invocation) => {
    const needs = Object.fromEntries(Object.entries(commands).map(([name, command]) => [name, command.needs]));
    const args = parseHookArguments(invocation.argv, needs);
    if (args.help) return show(invocation, usage);
    if (args.version) return show(invocation, packageVersion());
    const command = Object.hasOwn(commands, args.command) ? commands[args.command] : undefined;
    if (!command?.inSpiteOfProblems) refuseOptions(args.problems);
    if (!command) throw new UsageError(usage);
    const log = openHookLog(args, command);
    if (args.unknown.length > 0) log.warning(`unknown options are ignored: ${args.unknown.join(', ')}`);
    return (await command.load())({ args, invocation, log });
  }, PATIENCE.hook);
}

/** An unknown level stops a `status`, but no `start`. */
function openHookLog({ logLevel }: HookArguments, { inSpiteOfProblems }: HookCommand): Log {
  if (!inSpiteOfProblems || LOG_LEVELS.some((level) => level === logLevel)) return openLog(logLevel);
  const log = openLog(undefined);
  if (logLevel !== undefined) log.warning(`--log_level=${logLevel} is unknown: ${LOG_LEVELS.join(', ')}`);
  return log;
}

function show(invocation: Invocation, text: string): number {
  invocation.print(text.trimEnd());
  return 0;
}
