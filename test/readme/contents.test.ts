import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../lab/root.ts';
import { DOCUMENTS, page, prose, rowsOf } from './documents.ts';
import { sourceText } from './sources.ts';

const { bin, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
  files: string[];
};

describe('the README', () => {
  it('has 200 lines at most', () => {
    expect(page('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });

  it('begins with what to do at night, and names every command there', () => {
    const top = page('README.md').slice(0, page('README.md').indexOf('## '));
    for (const command of Object.keys(bin)) expect(top).toContain(`](docs/commands/${command}.md)`);
    expect(top.indexOf('docs/what-if.md')).toBeGreaterThan(0);
  });

  it('links to every page, itself or through the page of commands', () => {
    const linked = [...linksOf('README.md'), ...linksOf('docs/commands/README.md')].map(({ file }) => file);
    expect([...DOCUMENTS.keys()].filter((path) => path !== 'README.md' && !linked.includes(path))).toEqual([]);
  });
});

describe.each([...DOCUMENTS.keys()])('%s', (path) => {
  it('links to pages and headings that exist, each heading once', () => {
    const wrong = linksOf(path).filter(
      ({ file, anchor }) => !existsSync(join(ROOT, file)) || (anchor !== '' && !anchorsOf(file).includes(anchor)),
    );
    expect(wrong).toEqual([]);
    expect(new Set(anchorsOf(path)).size).toBe(anchorsOf(path).length);
  });

  it('names files and folders that exist', () => {
    const named = prose(page(path)).matchAll(/`((?:src|test|conf|bin|docs|\.ci)\/[\w./-]*|[\w.]+\.(?:mjs|json|md))`/g);
    expect([...named].flatMap(([, name = '']) => (existsSync(join(ROOT, name)) ? [] : [name]))).toEqual([]);
  });

  it('has blocks that fit a terminal', () => {
    const blocks = [...page(path).matchAll(/^```\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
    const shown = blocks.filter((block) => /^\$ |^ *\d\. /.test(block)).flatMap((block) => block.split('\n'));
    expect(shown.filter((line) => line.length > 80)).toEqual([]);
  });
});

it('the steps of stop stand in the page of the planned switch, in order and with their files', () => {
  const steps = readFileSync(join(ROOT, 'src/procedures/stop/steps.ts'), 'utf8');
  const list = steps.slice(steps.indexOf('return ['), steps.indexOf('];', steps.indexOf('return [')));
  const names = [...list.matchAll(/[a-z]\w+/g)].map(([name]) => name).filter((name) => name !== 'return');
  const imports = names.flatMap((name) => new RegExp(`\\{ ${name} \\} from '\\./(.*)'`).exec(steps)?.[1] ?? []);
  expect(imports.length).toBeGreaterThan(10);
  const stop = page('docs/planned-switch.md').split(/^## /m)[1] ?? '';
  const numbered = [...stop.matchAll(/^\d+\. .*?`src\/procedures\/stop\/([^`]*)`$/gms)].map(([, file]) => file);
  expect(numbered).toEqual(imports);
});

it('the glossary names what is in the code', () => {
  const words = rowsOf(page('docs/architecture.md').split('## Words')[1] ?? '').slice(2);
  expect(words.length).toBeGreaterThan(20);
  expect(new Set(words.map(([word]) => word)).size).toBe(words.length);
  const named = words.flatMap(([, , code = '']) => [...code.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''));
  const code = sourceText();
  expect(named.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
});

it('the package holds the documents', () => {
  expect(files).toContain('docs');
});

it('messages of the commands point to pages and headings that exist', () => {
  const code = sourceText();
  const named = [...code.matchAll(/\bdocs\/[\w/-]+\.md/g)].map(([name]) => name);
  expect(named.filter((name) => !DOCUMENTS.has(name))).toEqual([]);
  const parts = [...code.matchAll(/\bREADME: ([\w ]+)/g)].map(([, part]) => part ?? '');
  expect(parts.filter((part) => !page('README.md').includes(part))).toEqual([]);
});

/** Where a page's links go: a file from the top, and a heading in it; those to other sites left out. */
function linksOf(path: string): { file: string; anchor: string }[] {
  return [...page(path).matchAll(/\]\(([^):]*)\)/g)].map(([, target = '']) => {
    const [file = '', anchor = ''] = target.split('#');
    return { file: file === '' ? path : normalize(join(dirname(path), file)), anchor };
  });
}

/** The anchors of a page's headings as GitHub makes them: lower case, no punctuation, a dash for a space. */
function anchorsOf(path: string): string[] {
  return [...prose(DOCUMENTS.get(path) ?? '').matchAll(/^##+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
