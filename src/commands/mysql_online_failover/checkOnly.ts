import { startProgram } from '../../adapters/programs/masterha.ts';
import { messageOf } from '../../base/errors.ts';
import { type Cluster, readCluster } from '../../cluster/cluster.ts';
import { CHECK_REPL, checkArguments, MASTER_SWITCH } from '../../mha/masterSwitch.ts';
import { progressLine } from '../cli/progress.ts';
import { inColour, openLog } from '../cli/terminal.ts';
import { type ToolCall, whereIn } from '../cli/tool.ts';
import { checkCluster } from '../mha_check/checkCluster.ts';
import { findingLines, summaryOf } from '../mha_check/findingText.ts';
import { masterhaEnvironment, withGlobalConf } from '../wrapper/runSwitch.ts';
import { newMasterIn } from '../wrapper/runWrapper.ts';

/**
 * All of mha_check, then MHA's own two checks: masterha_check_repl checks ssh and the dead-master hook, and passes while a
 * manager runs; `masterha_master_switch --check_only` checks what a planned switch needs, and does not. Returns 0 if all
 * pass, else 1.
 */
export async function checkOnly(call: ToolCall): Promise<number> {
  const { invocation, options } = call;
  const log = openLog(options.values.get('log_level') ?? 'warning', 'stderr');
  const where = whereIn(options);
  const wanted = { ...where, env: invocation.env };
  const progress = progressLine();
  const io = { log, signal: invocation.signal, progress: progress.show };
  const { findings } = await checkCluster(wanted, io).finally(progress.clear);
  invocation.signal.throwIfAborted();
  invocation.print(findingLines(findings, { colour: inColour(invocation.env) }).join('\n'));
  const results = [{ what: 'mha_check', passed: summaryOf(findings).ready }];
  if (findings.some(({ code }) => code === 'configuration')) return 1;
  const cluster = await readCluster(wanted);
  for (const { program, args } of programs(call, cluster)) {
    const what = `${program}${program === MASTER_SWITCH ? ' --check_only' : ''}`;
    invocation.print(`\n$ ${program} ${args.join(' ')}`);
    results.push({ what, passed: (await runOne(call, cluster, program, args)) === 0 });
    invocation.signal.throwIfAborted();
  }
  invocation.print(`\n${results.map(({ what, passed }) => `${what}: ${passed ? 'passed' : 'FAILED'}`).join('\n')}`);
  return results.every(({ passed }) => passed) ? 0 : 1;
}

interface Program {
  readonly program: string;
  readonly args: readonly string[];
}

function programs({ options }: ToolCall, cluster: Cluster): Program[] {
  const { globalConf } = whereIn(options);
  const conf = cluster.config.file;
  const args = checkArguments(conf, newMasterIn(options, cluster), options.after);
  return [
    { program: CHECK_REPL, args: withGlobalConf({ args: [`--conf=${conf}`], globalConf }) },
    { program: MASTER_SWITCH, args: withGlobalConf({ args, globalConf }) },
  ];
}

/** MHA's exit code; 1 if it could not be started. */
async function runOne({ invocation, options }: ToolCall, cluster: Cluster, program: string, args: readonly string[]) {
  const env = await masterhaEnvironment({ cluster, invocation, globalConf: whereIn(options).globalConf });
  invocation.signal.throwIfAborted();
  try {
    const running = await startProgram(program, args, env, invocation.print);
    invocation.onInterrupt(() => running.kill('SIGINT'));
    return await running.ended;
  } catch (error) {
    invocation.print(messageOf(error));
    return 1;
  }
}
