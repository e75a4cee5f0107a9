/**
 * Loaded with NODE_OPTIONS=--import into our commands and, since it is inherited, into the hooks that MHA runs below
 * them: standard output and standard error fail with ENOSPC from line FAIL_AT_LINE of that process on.
 */
const { FAIL_AT_LINE = '0' } = process.env;
let left = Number(FAIL_AT_LINE);

for (const stream of [process.stdout, process.stderr]) {
  const write = stream._write.bind(stream);
  stream._writev = undefined;
  stream._write = (chunk, encoding, done) => {
    if (left <= 0) return done(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }));
    left -= String(chunk).split('\n').length - 1;
    write(chunk, encoding, done);
  };
}
