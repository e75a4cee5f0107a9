import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/lab/root.ts';
import { run } from '../../tools/lab/run.ts';

const COMMANDS = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).bin);

describe.each(COMMANDS)('the --help of %s', (command) => {
  it('reads like a short man page', async () => {
    const { stdout } = await run(join(ROOT, 'bin', command), ['--help']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${command} - [a-zM]`));
    const heads = lines.filter((line) => /^(Usage|Options|Files|Exit|Examples|See also)\b/.test(line));
    expect(heads.map((line) => line.replace(/:.*/, ''))).toEqual([
      ...['Usage', 'Options', 'Files', 'Exit', 'Examples', 'See also'],
    ]);
    expect(stdout).toMatch(/\nExit: 0 .*2 wrong\s+arguments\.\n/s);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
  });
});
