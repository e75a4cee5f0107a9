import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { type FileFacts, factsOf } from '../../../adapters/files/files.ts';
import { error, type Finding, warning } from '../../../base/finding.ts';
import { shellWord } from '../../../base/shellWords.ts';
import { GLOBAL_FILE, readSections } from '../../../config/mha/mhaConfig.ts';
import { SECRET_PARAMS } from '../../../config/mha/mhaParams.ts';
import type { Surroundings } from './inputs.ts';

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

/** `secret` is what the file holds that others must not read, or empty. */
function aboutFile(file: string, facts: FileFacts, secret: string, uid: number): Finding[] {
  const found: Finding[] = [];
  const warn = (code: string, text: string, advice: string, statement: string) =>
    void found.push(warning(code, file, text, advice, [statement]));
  const mode = facts.mode.toString(8).padStart(3, '0');
  if ((facts.mode & 0o022) !== 0) {
    const text = `mode ${mode}: users other than its owner can write to it, and so decide what MHA runs`;
    const bits = secret === '' ? 'go-w' : '600';
    warn('file_writable', text, 'let only its owner write to it:', `chmod ${bits} ${shellWord(file)}`);
  } else if (secret !== '' && (facts.mode & 0o044) !== 0) {
    const text = `mode ${mode}: it holds ${secret}, and users other than its owner can read it`;
    warn('file_readable', text, 'let only its owner read it:', `chmod 600 ${shellWord(file)}`);
  }
  if (facts.uid !== uid && facts.uid !== 0) {
    const text = `belongs to user id ${facts.uid}, neither root nor the user running this (${uid})`;
    warn('file_owner', text, 'give it to the user that runs MHA, or to root:', `chown root ${shellWord(file)}`);
  }
  return found;
}

/** False for a file that cannot be read or parsed: that is another finding. */
async function holdsPassword(file: string): Promise<boolean> {
  const sections = await Promise.resolve(file)
    .then(readSections)
    .catch(() => undefined);
  const all = [...(sections?.values() ?? [])].flatMap(({ properties }) => [...properties]);
  return all.some(([name, { value }]) => SECRET_PARAMS.has(name) && value !== '');
}

/** A missing `journal_dir` is no finding: it is created when it is needed. */
async function folderFindings(folder: string, parameter: string): Promise<Finding[]> {
  const unusable = (text: string, advice: string) => [
    error('folder_not_writable', folder, `${parameter}: ${text}`, advice),
  ];
  const [there, facts] = await nearest(folder);
  const who = userInfo().username;
  if (facts?.kind === 'folder' && facts.mayWrite && facts.mayExecute) {
    if (there === folder || parameter === 'journal_dir') return [];
    const text = `${parameter} does not exist; MHA writes its state there`;
    return [warning('folder_missing', folder, text, `mkdir -p ${folder}`)];
  }
  if (facts?.kind === 'folder') {
    return unusable(`${who} cannot write to ${there}`, `chown ${there} to ${who}, or chmod it`);
  }
  return unusable(`${there} is not a folder`, `move it away, or set ${parameter} to another folder`);
}

/** The path itself, or its nearest ancestor that exists. */
async function nearest(path: string): Promise<[string, FileFacts | undefined]> {
  const facts = await factsOf(path);
  return facts || dirname(path) === path ? [path, facts] : nearest(dirname(path));
}
