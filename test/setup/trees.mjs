import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asRoot } from './debian.mjs';
import { runNow, say } from './run.mjs';

/** Servers that Debian's installed release does not have, with their clients, and the suite that they are in. */
export const TREES = {
  mysql: { suite: 'unstable', packages: 'mysql-server-core,mysql-client-core' },
  'mariadb-11.8': { suite: 'trixie', packages: 'mariadb-server-core,mariadb-client' },
};

/** The folder with that server, installed there where it is missing: about a minute, 400 MB. It is kept between runs. */
export function installTree(name) {
  const folder = join(cacheFolder(), `${name}-with-client`);
  if (existsSync(folder)) return folder;
  const { suite, packages: wanted } = TREES[name];
  say(`${wanted} of Debian ${suite} is installed into ${folder} with debootstrap.`);
  const script = fileURLToPath(new URL('./tree.sh', import.meta.url));
  const byHand = `Run it yourself: sh ${script} ${suite} ${wanted} ${folder}`;
  const [program, ...args] = [...asRoot(byHand), 'sh', script, suite, wanted, folder];
  runNow(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return folder;
}

/** Made here, so that a user's own is not root's. */
function cacheFolder() {
  const shared = writable('/var/cache') ? '/var/cache' : join(homedir(), '.cache');
  const folder = process.env.MHA_HELPER_TEST_CACHE || join(shared, 'mha-helper-test');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function writable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
