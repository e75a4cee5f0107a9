import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of its own, in a folder of its own. */
export interface Authority {
  readonly folder: string;
  readonly ca: string;
  /** Writes `name`.pem and `name`-key.pem for these names: `DNS:db1.test`, `IP:192.0.2.1`. */
  issue(name: string, names: string): { cert: string; key: string };
  remove(): void;
}

export function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'mha-helper-ca-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test CA');
  return {
    folder,
    ca: file('ca.pem'),
    issue: (name, names) => {
      const own = `${name}.ext`;
      writeFileSync(file(own), `subjectAltName=${names}\n`);
      openssl('req', ...newKey, '-keyout', `${name}-key.pem`, '-out', `${name}.csr`, '-subj', '/CN=none.test');
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-extfile', own];
      openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`, '-days', '2');
      return { cert: file(`${name}.pem`), key: file(`${name}-key.pem`) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
