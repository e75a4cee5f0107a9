import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { type FileFacts, factsOf } from '../../../adapters/files/files.ts';
import { error, type Finding, warning } from '../../../base/finding.ts';
import { GLOBAL_FILE, readSections } from '../../../config/mha/mhaConfig.ts';
import { SECRET_PARAMS } from '../../../config/mha/mhaParams.ts';
import type { Surroundings } from './inputs.ts';
import { shellWord } from './shellWords.ts';

/** Files that hold passwords or decide what MHA runs, and the folders that MHA and the journal write to. */
export async function checkFiles(given: Surroundings): Promise<Finding[]> {
  const { config, globalConf = GLOBAL_FILE, settingsFile, sslKeys, journalDirs } = given;
  const workDirs = new Set(config.servers.map((s) => s.params.get('manager_workdir') ?? ''));
  const found = await Promise.all([
    ...[config.file, globalConf].map(async (file) =>
      fileFindings(file, (await holdsPassword(file)) ? 'a password' : ''),
    ),
    ...(settingsFile === undefined ? [] : [fileFindings(settingsFile, '')]),
    ...sslKeys.map((file) => fileFindings(file, 'a private key')),
    ...[...workDirs].map((folder) => folderFindings(folder, 'manager_workdir')),
    ...journalDirs.map((folder) => folderFindings(folder, 'journal_dir')),
  ]);
  return found.flat();
}

async function fileFindings(file: string, secret: string): Promise<Finding[]> {
  const facts = await factsOf(file);
  return facts ? aboutFile(file, facts, secret, userInfo().uid) : [];
}

/** Pure; `secret` is what the file holds that others must not read, or empty. */
export function aboutFile(file: string, facts: FileFacts, secret: string, uid: number): Finding[] {
  const found: Finding[] = [];
  const warn = (code: string, text: string, advice: string, statement: string) =>
    void found.push(warning(code, file, text, advice, [statement]));
  const mode = facts.mode.toString(8).padStart(3, '0');
  if ((facts.mode & 0o022) !== 0) {
    const what = 'may be written to by others than its owner, who decide with it what MHA runs';
    const bits = secret === '' ? 'go-w' : '600';
    warn('file_writable', `mode ${mode}: it ${what}`, 'take that from them:', `chmod ${bits} ${shellWord(file)}`);
  } else if (secret !== '' && (facts.mode & 0o044) !== 0) {
    const text = `mode ${mode}: it holds ${secret}, and others than its owner may read it`;
    warn('file_readable', text, 'let its owner alone read it:', `chmod 600 ${shellWord(file)}`);
  }
  if (facts.uid !== uid && facts.uid !== 0) {
    const text = `belongs to user id ${facts.uid}, neither root nor who runs this (${uid})`;
    warn('file_owner', text, 'make it the property of who runs MHA, or of root:', `chown root ${shellWord(file)}`);
  }
  return found;
}

/** A file that cannot be read, or parsed, is another finding. */
async function holdsPassword(file: string): Promise<boolean> {
  const sections = await Promise.resolve(file)
    .then(readSections)
    .catch(() => undefined);
  const all = [...(sections?.values() ?? [])].flatMap(({ properties }) => [...properties]);
  return all.some(([name, { value }]) => SECRET_PARAMS.has(name) && value !== '');
}

/** A missing folder is created when it is needed, if that is possible. */
async function folderFindings(folder: string, parameter: string): Promise<Finding[]> {
  const unusable = (text: string, advice: string) => [
    error('folder_not_writable', folder, `${parameter}: ${text}`, advice),
  ];
  const [there, facts] = await nearest(folder);
  const who = userInfo().username;
  if (facts?.kind === 'folder' && facts.mayWrite && facts.mayExecute) {
    if (there === folder || parameter === 'journal_dir') return [];
    const text = 'is not there; MHA writes its state into it';
    return [warning('folder_missing', folder, `${parameter} ${text}`, `mkdir -p ${folder}`)];
  }
  if (facts?.kind === 'folder') {
    return unusable(`${who} may not write to ${there}`, `chown ${there} to ${who}, or chmod it`);
  }
  return unusable(`${there} is no folder`, `move it away, or name another ${parameter}`);
}

/** The path itself, or the nearest above it that exists. */
async function nearest(path: string): Promise<[string, FileFacts | undefined]> {
  const facts = await factsOf(path);
  return facts || dirname(path) === path ? [path, facts] : nearest(dirname(path));
}
