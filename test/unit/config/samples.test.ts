import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readSettings } from '../../../src/config/helper/helperConfig.ts';
import { splitIni } from '../../../src/config/helper/iniLines.ts';
import { defaultSettings, SETTING_KEYS } from '../../../src/config/helper/settings.ts';
import { readMhaConfig } from '../../../src/config/mha/mhaConfig.ts';
import { readBoth } from './mha/compare.ts';
import { folderOf } from './mha/folder.ts';

const conf = fileURLToPath(new URL('../../../conf/', import.meta.url));
const sample = (name: string) => readFileSync(join(conf, `${name}.sample`), 'utf8');

it('shows samples that MHA takes', async () => {
  const outcomes = await readBoth([{ app: sample('minimal.cnf') }, { app: sample('full.cnf') }]);
  for (const { mha, ours, why } of outcomes) {
    expect(ours, why.ours).toEqual(mha);
    expect(ours).not.toBe('rejected');
  }
});

it('shows the defaults in the sample of the settings', async () => {
  const root = folderOf({});
  copyFileSync(join(conf, 'full.cnf.sample'), join(root, 'app1.cnf'));
  copyFileSync(join(conf, 'full.helper.cnf.sample'), join(root, 'app1.helper.cnf'));
  const config = await readMhaConfig(join(root, 'app1.cnf'), { globalFile: '/nonexistent' });
  const settingsOf = await readSettings(config, { etcDir: root });
  const settings = settingsOf({ host: '192.0.2.1', ip: '192.0.2.1', port: 3306 });
  expect(settings).toEqual(defaultSettings('/var/log/masterha/app1/mha-helper'));
  expect(settingsOf({ host: '192.0.2.3', ip: '192.0.2.3', port: 3306 }).drainMs).toBe(500);
});

it('explains every key of the settings', () => {
  const { sections } = splitIni(
    sample('full.helper.cnf')
      .replace(/^#(?=\w+ = )/gm, '')
      .replace(/^preserve_accounts =$/m, ''),
  );
  const keys = sections.find(({ name }) => name === 'default')?.entries.map(({ key }) => key);
  expect(new Set(keys)).toEqual(new Set(SETTING_KEYS));
});
