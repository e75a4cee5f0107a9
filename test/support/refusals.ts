import { beforeEach, expect } from 'vitest';
import { type RunResult, run } from '../tools/lab/run.ts';
import { bin, type Command, configureHooks, onlineArguments } from './commands.ts';
import { clusterState, helperSettings } from './state/state.ts';
import { useLab } from './useLab.ts';
import { secretsIn } from './zoo/secrets.ts';

export const ONLINE: Command = 'master_ip_online_change';
export const DEAD: Command = 'master_ip_failover';

export interface Call {
  readonly args: readonly string[];
  readonly command?: Command;
  readonly program?: string;
  readonly env?: Record<string, string | undefined>;
}

/** Arguments but for the options that begin with these names. */
export const without = (args: readonly string[], ...names: string[]) =>
  args.filter((arg) => !names.some((name) => arg.startsWith(`--${name}`)));

/** A lab in which a command is refused, and the state it must leave the servers in. */
export function useRefusals() {
  const lab = useLab({
    ssh: false,
    stock: [
      'CREATE TABLE app.orders (id INT PRIMARY KEY)',
      "CREATE USER teller@'%' IDENTIFIED BY 'zpw-teller'",
      "GRANT SELECT, INSERT ON app.orders TO teller@'%'",
      'CREATE EVENT app.tick ON SCHEDULE EVERY 1 DAY DO DO 0',
      "CREATE USER partial@'%' IDENTIFIED BY 'zpw-partial'",
    ],
  });
  let before: Awaited<ReturnType<typeof clusterState>>;

  /** From now on this is the state that must not change. */
  async function remember(): Promise<void> {
    before = await clusterState(lab);
  }

  beforeEach(async () => {
    configureHooks(lab);
    helperSettings(lab);
    await remember();
  });

  async function expectAsBefore(): Promise<void> {
    expect(await clusterState(lab)).toEqual(before);
  }

  /** Refused with that exit code and message; no server is other than it was; no stack, no secret. */
  async function expectRefused(
    { args, command = ONLINE, program = bin(command), env }: Call,
    code: 1 | 2,
    text: RegExp,
  ) {
    const result = await run(program, args, env ? { env } : {});
    const output = result.stdout + result.stderr;
    expect(result.code, output).toBe(code);
    expect(result.stderr).toMatch(text);
    await expectHarmless(result);
    await expectAsBefore();
  }

  /** No stack and no secret in the output. */
  async function expectHarmless({ stdout, stderr }: RunResult): Promise<void> {
    expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
    expect(stderr).not.toMatch(/unexpected:|undefined|\[object/);
    expect(await secretsIn(lab, [stdout, stderr])).toEqual([]);
  }

  const online = (command: string) => onlineArguments(lab, command, lab.server(0), lab.server(1));
  return { lab, online, expectRefused, expectHarmless, expectAsBefore, remember };
}
