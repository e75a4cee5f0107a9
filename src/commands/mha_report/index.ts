import { resolve } from 'node:path';
import { replaceDurably } from '../../adapters/files/durable.ts';
import { isRegularFile, isThere, realPath } from '../../adapters/files/files.ts';
import type { Log } from '../../adapters/log.ts';
import { packageVersion } from '../../adapters/package.ts';
import { ConfigError, HelperError, messageOf } from '../../base/errors.ts';
import { type Cluster, readCluster } from '../../cluster/cluster.ts';
import { type ParsedOptions, refuseOptions } from '../../mha/options.ts';
import { htmlPage } from '../../procedures/report/html/page.ts';
import { listing, recordJson } from '../../procedures/report/listing.ts';
import type { ReadRecord, SwitchRecord } from '../../procedures/report/records.ts';
import { openLog } from '../cli/terminal.ts';
import { runTool, type ToolCall, whereIn, wrongIn } from '../cli/tool.ts';
import { type MhaReport, mailReport, recordReported } from './mail.ts';
import { chartFor, clusterRecords, recordFolders } from './records.ts';

const USAGE = `mha_report - shows what a switch did, and for how long nobody could write

Usage
  mha_report [--conf=FILE] [--last | ID] [--html=FILE] [--mail] [--json]
  mha_report [--conf=FILE] --list [--json]

Every switch leaves a record: its steps, who was shut out, and for how long
nobody could write. A switch that has not ended yet is shown as open.

Options
  ID                  this record; the beginning of an id is enough
  --last              the newest record: the default
  --list              all records, one per line, the newest first: id, when,
                      from and to, outcome, for how long nobody could write
  --html=FILE         writes it as one page for a post-mortem, which loads
                      nothing and prints on one sheet
  --mail              mails chart and page to report_email; also a way to test
                      whether mail arrives
  --json              for scripts; times in milliseconds since the switch began
  --conf=FILE         MHA's application file; not needed if there is only one
  --global_conf=FILE  MHA's global file, if not /etc/masterha_default.cnf
  --log_level=LEVEL   error, warning, info (default) or debug
  --help, --version

The chart
  =  the scripts at work   -  MHA   #  the scripts, while nobody can write
  The outage is what the scripts know: from the first account in use that was
  shut out until writing was possible again, read back on the server. They
  cannot know when a dead master died.

As MHA's report_script, which MHA runs after a failover; in MHA's file write
  report_script = /path/to/mha_report
and in the settings (NAME.helper.cnf)
  report_email = dba@example.com, on-call@example.com
  smtp_host = localhost
It mails MHA's own report with the chart below it and the page attached. It then
takes --orig_master_host, --new_master_host, --new_slave_hosts, --subject and
--body; other options are ignored, with a warning.

Files
  manager_workdir/mha-helper/history  the records (journal_dir in the settings)

Exit: 0 shown, written or mailed; as report_script also if no report_email is
set; 1 there is no such record, or it could not be read, written or mailed;
2 wrong arguments.

Examples
  mha_report --conf=/etc/mha/app1.cnf
  mha_report --conf=/etc/mha/app1.cnf --list
  mha_report --conf=/etc/mha/app1.cnf --html=switch.html

See also
  mysql_online_failover, mysql_failover, mha_recover
`;

const FROM_MHA = ['orig_master_host', 'new_master_host', 'new_slave_hosts', 'subject', 'body'];
const NAMES = { values: ['html', ...FROM_MHA], flags: ['last', 'list', 'json', 'mail'], mayBeEmpty: FROM_MHA };

await runTool(USAGE, NAMES, async (call) => {
  const { options, invocation } = call;
  const log = openLog(options.values.get('log_level'), options.flags.has('json') ? 'stderr' : 'stdout');
  const asScript = FROM_MHA.some((name) => options.values.has(name));
  if (!asScript) refuseBadOptions(options);
  const cluster = await readCluster({ ...whereIn(options), env: invocation.env });
  if (asScript) return reportForMha(cluster, call, log);
  if (options.flags.has('list')) return list(cluster, call);
  return show(cluster, call, await chosen(cluster, options.words[0], log));
});

/** @throws UsageError with everything that is wrong. */
function refuseBadOptions(options: ParsedOptions): void {
  const { words, flags, values } = options;
  const wrong = wrongIn(options);
  if (words.length > 1) wrong.push(`name one record, not ${words.length}`);
  const named = [...words, ...['last', 'list'].filter((flag) => flags.has(flag))];
  if (named.length > 1) wrong.push('ID, --last and --list exclude each other');
  if (flags.has('list') && (values.has('html') || flags.has('mail'))) wrong.push('--list only shows: name one record');
  refuseOptions(wrong);
}

/** Whatever else is wrong, MHA's own report is mailed. */
async function reportForMha(cluster: Cluster, { options, invocation }: ToolCall, log: Log): Promise<number> {
  const odd = wrongIn(options, options.words);
  if (odd.length > 0) log.warning(`ignored: ${odd.join('; ')}`);
  const given = (name: string) => options.values.get(name) || undefined;
  const mha: MhaReport = {
    origMasterHost: given('orig_master_host'),
    newMasterHost: given('new_master_host'),
    subject: given('subject'),
    body: given('body'),
  };
  const record = await recordReported(cluster, mha).catch((error) => void log.warning(messageOf(error)));
  await mailReport(cluster, invocation, mha, record ?? undefined);
  return 0;
}

async function list(cluster: Cluster, { options, invocation }: ToolCall): Promise<number> {
  const records: SwitchRecord[] = [];
  for await (const record of clusterRecords(cluster)) records.push(record);
  if (options.flags.has('json')) invocation.print(JSON.stringify({ records: records.map(recordJson) }, null, 2));
  else invocation.print(records.length > 0 ? listing(records).join('\n') : noRecord(cluster));
  return 0;
}

async function show(cluster: Cluster, { options, invocation }: ToolCall, record: ReadRecord): Promise<number> {
  const file = options.values.get('html');
  if (file !== undefined) {
    await writePage(file, htmlPage(record.timeline, packageVersion()));
    if (!options.flags.has('json')) invocation.print(`${resolve(file)}: ${record.id}`);
  }
  if (options.flags.has('json')) invocation.print(JSON.stringify(recordJson(record), null, 2));
  else if (file === undefined && !options.flags.has('mail')) {
    const open = record.open
      ? `\nThis switch is open: ${record.path}. mha_recover --list shows what is left to do.`
      : '';
    invocation.print(`${chartFor(record, invocation.env)}${open}`);
  }
  if (!options.flags.has('mail')) return 0;
  const mha = { origMasterHost: record.origMaster.host, newMasterHost: undefined, subject: undefined, body: undefined };
  return (await mailReport(cluster, invocation, mha, record)) ? 0 : 1;
}

/** @throws HelperError if there is no such record, or it cannot be read */
async function chosen(cluster: Cluster, id: string | undefined, log: Log): Promise<ReadRecord> {
  if (id !== undefined) return named(cluster, id);
  for await (const record of clusterRecords(cluster)) {
    if ('timeline' in record) return record;
    log.warning(`ignored: ${record.broken}`);
  }
  throw new HelperError(noRecord(cluster));
}

async function named(cluster: Cluster, id: string): Promise<ReadRecord> {
  const found: SwitchRecord[] = [];
  for await (const record of clusterRecords(cluster)) if (record.id.startsWith(id)) found.push(record);
  const [only] = found.length > 1 ? found.filter((record) => record.id === id) : found;
  if (!only && found.length > 1) throw new HelperError(`${found.length} records begin with ${id}: mha_report --list`);
  if (!only) throw new HelperError(`there is no record ${id}: mha_report --list shows those there are`);
  if ('timeline' in only) return only;
  throw new HelperError(only.broken);
}

function noRecord(cluster: Cluster): string {
  return `no switch of ${cluster.config.file} is recorded below ${recordFolders(cluster).join(', ')}`;
}

/** Mode 0644 less the umask: it holds host and account names, but no secret. @throws ConfigError */
async function writePage(file: string, page: string): Promise<void> {
  try {
    const there = await isThere(file);
    if (there && !(await isRegularFile(file))) throw new Error('it is no regular file');
    replaceDurably(there ? await realPath(file) : resolve(file), page, 0o644);
  } catch (error) {
    throw new ConfigError(`cannot write ${file}: ${messageOf(error)}`);
  }
}
