import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run } from '../tools/lab/run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = (file: string) => readFileSync(join(root, file), 'utf8');

/** From the bottom up: a file imports its own layer or one below, never one above, and never the other one on its floor. */
const FLOORS = [['base'], ['adapters'], ['capabilities'], ['config'], ['cluster', 'mha'], ['procedures'], ['commands']];

const sources = filesBelow('src');

/** Every module a file names, for types too, and whatever the form of the import. */
function importsOf(file: string): string[] {
  const found = text(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...found].map(([, name]) => (name?.startsWith('.') ? join(dirname(file), name) : (name ?? '')));
}

describe('the layers', () => {
  it('are the folders of src, and every file is in one of them', () => {
    expect(readdirSync(join(root, 'src')).sort()).toEqual(FLOORS.flat().sort());
    expect(sources.length).toBeGreaterThan(50);
  });

  it.each(sources)('%s imports nothing from above, and nothing that is not there', (file) => {
    const [own, floor] = [layerOf(file), floorOf(file)];
    const isBelow = (name: string) => floorOf(name) < floor || layerOf(name) === own;
    const inside = importsOf(file).filter((name) => name.startsWith('src/'));
    expect(inside.filter((name) => !isBelow(name))).toEqual([]);
    expect(inside.filter((name) => !sources.includes(name))).toEqual([]);
  });

  it('keep capabilities apart: none imports another', () => {
    const capability = (file: string) => file.split('/')[2]?.replace(/\.ts$/, '');
    const wrong = sources
      .filter((file) => layerOf(file) === 'capabilities')
      .flatMap((file) => importsOf(file).map((name) => ({ file, name })))
      .filter(({ file, name }) => layerOf(name) === 'capabilities' && capability(file) !== capability(name));
    expect(wrong).toEqual([]);
  });

  it('hold no circle: no file imports what imports it', () => {
    const inCircle = (file: string) => reachedFrom(file).has(file);
    expect(sources.filter(inCircle)).toEqual([]);
  });

  it('let only adapters see the driver, the log library and child processes', () => {
    const guarded = /^(mysql2|winston|nodemailer)(\/|$)|^(node:)?child_process$/;
    const wrong = sources.filter(
      (file) => layerOf(file) !== 'adapters' && importsOf(file).some((n) => guarded.test(n)),
    );
    expect(wrong).toEqual([]);
  });

  it('keep the terminal to adapters and commands', () => {
    const isBelow = (file: string) => !['adapters', 'commands'].includes(layerOf(file));
    const importing = (file: string) => importsOf(file).some((name) => name.startsWith('src/adapters/terminal/'));
    // The output of a program that was run is no stream of ours.
    const naming = (file: string) => /(?<!\bresult\.)\b(stdout|stderr|isTTY)\b/.test(code(file));
    expect(sources.filter((file) => isBelow(file) && (importing(file) || naming(file)))).toEqual([]);
  });

  it('read the process list in one place', () => {
    const naming = sources.filter((file) => text(file).includes('information_schema.PROCESSLIST'));
    expect(naming).toEqual(['src/adapters/mysql/processList.ts']);
  });

  it('let nobody know that journals are files, but who makes their store', () => {
    const users = (module: string) =>
      sources.filter((file) => importsOf(file).includes(`src/capabilities/journal/${module}`)).sort();
    const makers = ['src/cluster/cluster.ts', 'src/procedures/report/records.ts', 'src/procedures/switch/contextOf.ts'];
    // The event note is a file beside the journal.
    expect(users('files.ts')).toEqual([...makers, 'src/procedures/start/eventsOfDead.ts'].sort());
    expect(users('claim.ts')).toEqual(['src/capabilities/journal/files.ts']);
  });

  it('let only adapters and commands touch process', () => {
    const wrong = sources
      .filter((file) => !['adapters', 'commands'].includes(layerOf(file)))
      .filter((file) => /(?<!\.)\bprocess\b\s*[.[]/.test(code(file)));
    expect(wrong).toEqual([]);
  });
});

describe('the files', () => {
  // Functions are measured by the lint rule noExcessiveLinesPerFunction (biome.json).
  it.each(sources)('%s has 200 lines at most', (file) => {
    expect(text(file).split('\n').length).toBeLessThanOrEqual(201);
  });

  it.each(['src', 'test'])('are at most 14 in each folder of %s', (top) => {
    const counts = new Map<string, number>();
    for (const file of filesBelow(top)) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > 14)).toEqual([]);
  });

  it('name no path of one machine', () => {
    const all = [...sources, ...filesBelow('bin'), ...filesBelow('conf'), ...filesBelow('docs'), 'README.md'];
    const wrong = all.filter((file) => /(?<![\w.])\/(work|home|tmp|root|Users)\//.test(text(file)));
    expect(wrong).toEqual([]);
  });
});

describe('the commands', () => {
  const { bin, version } = JSON.parse(text('package.json')) as { bin: Record<string, string>; version: string };

  it('are what bin/ holds, each for one folder of commands', () => {
    const held = filesBelow('bin').filter((file) => file !== 'bin/package.json');
    expect(Object.values(bin).sort()).toEqual(held.sort());
    for (const [name, file] of Object.entries(bin)) {
      expect(file).toBe(`bin/${name}`);
      // MHA waits for its hooks: these are precompiled (rolldown.config.mjs).
      expect(text(file)).toContain(name.startsWith('master_ip_') ? `/hooks/${name}.cjs` : `/commands/${name}.js`);
      expect(text(file).trimEnd().split('\n').length).toBeLessThanOrEqual(10);
    }
  });

  it.each(Object.entries(bin))('%s is executable, and prints its use and its version', async (name, file) => {
    expect(statSync(join(root, file)).mode & 0o111).toBe(0o111);
    const help = await run(join(root, file), ['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(new RegExp(`^${name}\\b`));
    expect(help.stdout).toMatch(/Exit: /);
    const told = await run(join(root, file), ['--version']);
    expect(told).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

function layerOf(file: string): string {
  return file.startsWith('src/') ? (file.split('/')[1] ?? '') : '';
}

function floorOf(file: string): number {
  return FLOORS.findIndex((layers) => layers.includes(layerOf(file)));
}

function reachedFrom(file: string, seen = new Set<string>()): Set<string> {
  for (const name of importsOf(file).filter((one) => one.startsWith('src/') && !seen.has(one))) {
    reachedFrom(name, seen.add(name));
  }
  return seen;
}

/** A file without its comments and strings. */
function code(file: string): string {
  return text(file)
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
