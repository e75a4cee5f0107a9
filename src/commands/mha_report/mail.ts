import { drivers } from '../../adapters/machine.ts';
import { packageVersion } from '../../adapters/package.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { chart } from '../../procedures/report/chart.ts';
import { escaped } from '../../procedures/report/html/markup.ts';
import { htmlPage } from '../../procedures/report/html/page.ts';
import type { ReadRecord } from '../../procedures/report/records.ts';
import { moment, OUTCOMES } from '../../procedures/report/words.ts';
import type { Invocation } from '../cli/terminal.ts';
import { newestRecord, ranBy, recordFolders } from './records.ts';

/** What MHA passes to its report_script; no `newMasterHost` if no new master was activated. */
export interface MhaReport {
  readonly origMasterHost: string | undefined;
  readonly newMasterHost: string | undefined;
  readonly subject: string | undefined;
  readonly body: string | undefined;
}

const MAIL_MS = 20_000;
/** A failover is over within a day. */
const DAY_MS = 86_400_000;

/** The record of this original master under the same MHA process; for a call by hand, the newest one of these masters. */
export async function recordReported(
  cluster: Cluster,
  { origMasterHost, newMasterHost }: MhaReport,
): Promise<ReadRecord | undefined> {
  const since = new Date(Date.now() - DAY_MS);
  const underMha = ranBy(drivers());
  const ofOrig = ({ origMaster }: ReadRecord) => origMaster.host === origMasterHost;
  const ofThese = (record: ReadRecord) => ofOrig(record) && record.newMaster.host === newMasterHost;
  const fits = newMasterHost === undefined ? ofOrig : ofThese;
  const own = await newestRecord(cluster, since, (record) => fits(record) && underMha(record));
  return own ?? newestRecord(cluster, since, ofThese);
}

/**
 * Mails MHA's text with the chart below it and the page attached. Returns false if there is no `report_email`.
 * @throws HelperError if the mail could not be handed over
 */
export async function mailReport(
  cluster: Cluster,
  invocation: Invocation,
  mha: MhaReport,
  record: ReadRecord | undefined,
): Promise<boolean> {
  const [first] = cluster.servers;
  const about = cluster.servers.find((s) => s.host === mha.origMasterHost || s.ip === mha.origMasterHost) ?? first;
  const settings = about && cluster.settingsOf(about);
  if (!settings || settings.reportEmail.length === 0) {
    invocation.print('no report is mailed: the settings hold no report_email');
    return false;
  }
  const { reportEmail: to, reportFrom: from, smtpHost } = settings;
  const text = textOf(cluster, mha, record);
  const name = `switch-${record?.id.replace(/[^A-Za-z0-9-]/g, '_')}.html`;
  const page = record && { name, html: htmlPage(record.timeline, packageVersion()) };
  const html = `<pre style="font-family: monospace">${text.split('\n').map(escaped).join('\n')}</pre>`;
  const mail = { from, to, subject: mha.subject || subjectOf(record), text, html, ...(page ? { page } : {}) };
  const { sendMail } = await import('../../adapters/mail.ts');
  await sendMail(mail, smtpHost, MAIL_MS);
  invocation.print(`the report was mailed to ${to.join(', ')} by ${smtpHost.host}:${smtpHost.port}`);
  return true;
}

function textOf(cluster: Cluster, { body }: MhaReport, record: ReadRecord | undefined): string {
  const none = `No record of this failover was found below ${recordFolders(cluster).join(', ')}.`;
  return [...(body?.trim() ? [body.trim(), ''] : []), record ? chart(record.timeline) : none, ''].join('\n');
}

function subjectOf(record: ReadRecord | undefined): string {
  if (!record) return 'MHA: a failover without a record';
  const { kind, outcome, origMaster, newMaster, began } = record.timeline;
  return `${kind} ${origMaster} to ${newMaster}: ${OUTCOMES[outcome]} (${moment(began)})`;
}
