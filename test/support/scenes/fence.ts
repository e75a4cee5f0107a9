import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../tools/lab/lab.ts';
import type { RunOptions, RunResult } from '../../tools/lab/run.ts';
import type { LabServer } from '../../tools/lab/server.ts';
import { until } from '../../tools/lab/wait.ts';
import { runCommand } from '../commands.ts';

export type FenceCommand = 'status' | 'stopssh' | 'stop' | 'release';

/** Runs mha_fence for that server, as MHA and an operator do. */
export function fence(
  lab: Lab,
  command: FenceCommand,
  server = lab.server(0),
  options: RunOptions = {},
): Promise<RunResult> {
  const { host, port } = server;
  const args = [`--command=${command}`, `--conf=${lab.confFile}`, `--host=${host}`, `--ip=${host}`, `--port=${port}`];
  return runCommand('mha_fence', [...args, '--ssh_user=root', '--ssh_port=3322'], options);
}

export const printed = ({ stdout, stderr }: RunResult) => stdout + stderr;

/** Starts its program and resolves once that has ended without taking a connection. */
export async function launchInVain(server: LabServer): Promise<void> {
  await server.launch();
  let answered = false;
  await until(`${server.id} being ended while it starts`, 30_000, async () => {
    await server.admin('SELECT 1').then(
      () => {
        answered = true;
      },
      () => {},
    );
    return !server.running;
  });
  if (answered) throw new Error(`${server.id} took a connection`);
}

/** A script in the lab's folder. */
export function script(lab: Lab, name: string, ...lines: string[]): string {
  const path = join(lab.folder, name);
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}
