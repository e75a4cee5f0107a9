import { readMhaFile } from '../../cluster/cluster.ts';
import { printable } from '../../config/mha/mhaConfig.ts';
import { refuseOptions } from '../../mha/options.ts';
import { progressLine } from '../cli/progress.ts';
import { inColour, openLog } from '../cli/terminal.ts';
import { runTool, type ToolCall, whereIn, wrongIn } from '../cli/tool.ts';
import { accountLines, accountsReport } from './checkAccounts.ts';
import { checkCluster } from './checkCluster.ts';
import { findingLines, findingsJson, summaryOf } from './findingText.ts';

const USAGE = `mha_check - finds what would make a switch fail, before you need one

Usage
  mha_check [--conf=FILE] [--json]
  mha_check [--conf=FILE] --accounts [--json]
  mha_check [--conf=FILE] --print_config [--show_passwords]

Reports what would make a switch fail or lose something, and what to do about
it. It changes nothing.

Options
  --conf=FILE         MHA's application file; not needed if there is only one
  --global_conf=FILE  MHA's global file, if not /etc/masterha_default.cnf
  --accounts          lists the accounts that a planned switch would shut out
                      and how, and those that keep their privileges and why
  --json              the result as JSON: conf, findings (level, code, where,
                      account, text, advice, statements), summary (errors,
                      warnings, notes, ready)
  --print_config      prints the configuration as MHA reads it, as JSON
  --show_passwords    shows the passwords instead of ***
  --log_level=LEVEL   error, warning (default), info or debug; to standard error
  --help, --version

What is checked
  configuration   MHA's file, mha-helper's settings, who may read them; a server
                  that may become the master; the folders of MHA and the journal
  hooks           both scripts in MHA's file: there, executable, this package's,
                  and reading the same file; no script that others may write
  MHA             installed here; MHACompat.pm if MHA needs it, here and on
                  the hosts
  hosts           ssh as MHA logs in, from here and from host to host; MHA's
                  programs there; remote_workdir; the clocks
  switches        one that never ended, a running manager, what MHA left of its
                  last failover
  servers         reachable; replication, privileges, accounts, settings

  error    a switch would fail, or lose something
  warning  it might, or something else would go wrong
  note     good to know before a switch

Files
  NAME.helper.cnf     the settings, beside MHA's NAME.cnf

Exit: 0 no errors; 1 at least one error; 2 wrong arguments.

Examples
  mha_check --conf=/etc/mha/app1.cnf
  mha_check --conf=/etc/mha/app1.cnf --json | jq '.findings[] | .code'
  mha_check --conf=/etc/mha/app1.cnf --accounts

See also
  mysql_online_failover --check_only, mysql_replica_status, mha_recover
`;

const NAMES = { values: [], flags: ['print_config', 'show_passwords', 'accounts', 'json'] };

await runTool(USAGE, NAMES, async (call) => {
  const { invocation, options } = call;
  const wrong = wrongIn(options, options.words);
  const { flags } = options;
  if (flags.has('print_config') && (flags.has('accounts') || flags.has('json')))
    wrong.push('--print_config excludes --accounts and --json');
  if (flags.has('show_passwords') && !flags.has('print_config')) wrong.push('--show_passwords needs --print_config');
  refuseOptions(wrong);
  if (flags.has('print_config')) return printConfig(call);
  const log = openLog(options.values.get('log_level') ?? 'warning', 'stderr');
  const wanted = { ...whereIn(options), env: invocation.env };
  if (flags.has('accounts')) {
    const report = await accountsReport(wanted, { log, signal: invocation.signal });
    invocation.print(flags.has('json') ? JSON.stringify(report, null, 2) : accountLines(report).join('\n'));
    return 0;
  }
  const progress = progressLine();
  const io = { log, signal: invocation.signal, progress: progress.show };
  const { conf, findings } = await checkCluster(wanted, io).finally(progress.clear);
  invocation.signal.throwIfAborted();
  const colour = inColour(invocation.env);
  invocation.print(flags.has('json') ? findingsJson(conf, findings) : findingLines(findings, { colour }).join('\n'));
  return summaryOf(findings).ready ? 0 : 1;
});

async function printConfig({ invocation, options }: ToolCall): Promise<number> {
  const log = openLog(options.values.get('log_level'), 'stderr');
  const config = await readMhaFile({ ...whereIn(options), env: invocation.env });
  log.debug(`this is ${config.file} as MHA reads it`);
  invocation.print(JSON.stringify(printable(config, { showPasswords: options.flags.has('show_passwords') }), null, 2));
  return 0;
}
