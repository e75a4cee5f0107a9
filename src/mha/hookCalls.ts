import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { ancestors, argumentsOf, type ProcessMark } from '../adapters/machine.ts';
import { packageFolder } from '../adapters/package.ts';
import type { Below } from '../adapters/programs/tree.ts';
import { parseHookArguments } from './hookArguments.ts';
import { MASTER_SWITCH } from './masterSwitch.ts';

/** The masterha_master_switch that runs this hook; undefined if something else does, a person for example. */
export function masterSwitchAbove(): ProcessMark | undefined {
  return ancestors().find(({ pid }) => isMasterSwitch(argumentsOf(pid)));
}

/** True for the arguments of masterha_master_switch: `perl -I DIR /usr/bin/masterha_master_switch …`. */
export function isMasterSwitch(args: readonly string[]): boolean {
  return args.slice(0, 5).some((arg) => basename(arg) === MASTER_SWITCH);
}

/** A running hook of ours, with what its arguments say. */
export interface HookCall {
  readonly pid: number;
  readonly command: string;
  readonly host: string | undefined;
  readonly port: number;
}

/**
 * The online hook's `start` among the processes below MHA, from the moment that its launcher (`bin/`) runs. A script of
 * the user's in MHA's file counts only once it has called ours: it may have other work to do first, or refuse.
 */
export function startCallAmong(processes: readonly Below[]): HookCall | undefined {
  for (const { pid, args } of processes) {
    const at = args.slice(0, 4).findIndex((arg) => arg.includes(ONLINE_HOOK) && isOurs(arg));
    const call = at < 0 ? undefined : callIn(pid, args.slice(at + 1));
    if (call?.command === 'start') return call;
  }
  return undefined;
}

const ONLINE_HOOK = 'master_ip_online_change';
/** The launcher, and what it runs. */
const OWN = [`bin/${ONLINE_HOOK}`, `dist/hooks/${ONLINE_HOOK}.cjs`, `dist/commands/${ONLINE_HOOK}.js`];

function isOurs(path: string): boolean {
  const real = realPath(path);
  return OWN.some((own) => real === realPath(packageFolder(own)));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function callIn(pid: number, args: readonly string[]): HookCall {
  const { command, newMaster } = parseHookArguments(args, {});
  return { pid, command, host: newMaster?.host, port: newMaster?.port ?? 0 };
}
