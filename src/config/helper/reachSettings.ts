import { messageOf, type Problem } from '../../base/errors.ts';
import type { Endpoint } from '../../base/server.ts';
import { DEFAULT, sectionsOf } from './helperConfig.ts';
import { findSettingsFile, readSettingsFile, refuse } from './helperFile.ts';
import { splitIni } from './iniLines.ts';
import { defaultSettings, readSetting, type Settings } from './settings.ts';

/** What a connection needs to know. */
export type ReachSettings = Pick<Settings, 'connectMs' | 'statementMs' | 'ssl' | 'sslCa' | 'sslCert' | 'sslKey'>;

/** These decide whom a password is given to: if they cannot be read, there is no connection. */
const STRICT = /^ssl/;
const LENIENT = ['connect_timeout', 'statement_timeout'];

/**
 * How a server is reached, from the settings file that belongs to an application file of MHA, and from nothing else in it:
 * `start` has to open the new master whatever else is wrong with the file, or with MHA's own.
 * @throws ConfigError if it is not certain whether TLS is asked for, and how.
 */
export async function readReachSettings(
  mhaFile: string,
  server: Endpoint,
  { etcDir = '/etc/mha-helper' }: { etcDir?: string } = {},
): Promise<ReachSettings> {
  const file = await findSettingsFile(mhaFile, etcDir);
  if (file === undefined) return defaultSettings('');
  const { sections, problems } = splitIni(await readSettingsFile(file));
  const found: Problem[] = problems.filter(({ key }) => STRICT.test(key ?? ''));
  const general = sections.filter(({ name }) => name === DEFAULT);
  const values: Partial<Settings>[] = [];
  for (const { entries, name } of [...general, ...sectionsOf(server, sections).flat()]) {
    for (const { key, raw, line } of entries) {
      if (!STRICT.test(key) && !LENIENT.includes(key)) continue;
      try {
        values.push(await readSetting(key, raw));
      } catch (error) {
        if (STRICT.test(key)) found.push({ line, text: `[${name}] ${key}: ${messageOf(error)}` });
      }
    }
  }
  refuse(file, found);
  return Object.assign({}, defaultSettings(''), ...values);
}
