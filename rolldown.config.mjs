import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * Each command in few files with all it needs: starting it then takes a good deal less than loading a file a module. What
 * is imported with `import()` stays apart, and is loaded where it is used.
 */
export default defineConfig({
  // `stop` starts the guardian: it is no command of an operator.
  input: Object.fromEntries([...Object.keys(bin), 'guardian'].map((name) => [name, `src/commands/${name}/index.ts`])),
  platform: 'node',
  output: { dir: 'dist/commands', format: 'esm', chunkFileNames: '[name]-[hash].js', cleanDir: true },
});
