import { defineConfig } from 'rolldown';

const COMMANDS = [
  'master_ip_online_change',
  'master_ip_failover',
  'mysql_online_failover',
  'mysql_failover',
  'mha_check',
  'mha_recover',
  'mysql_replica_status',
  'mha_report',
];

/**
 * Each command in few files with all it needs: starting it then takes a good deal less than loading a file a module. What
 * is imported with `import()` stays apart, and is loaded where it is used.
 */
export default defineConfig({
  input: Object.fromEntries(COMMANDS.map((name) => [name, `src/commands/${name}/index.ts`])),
  platform: 'node',
  output: { dir: 'dist/commands', format: 'esm', chunkFileNames: '[name]-[hash].js', cleanDir: true },
});
