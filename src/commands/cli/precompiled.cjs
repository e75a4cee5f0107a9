'use strict';
/**
 * Loads a bundle with V8's code cache beside it: compiling was a third of a hook's start. The build and the installation
 * write the cache. It is used only if its digest fits the bundle, itself and this Node, and if nobody but root or the user who
 * runs it could have written it; otherwise the bundle is compiled as usual. V8 itself compares no more than its version, its
 * flags and the length of the source: it would run a cache of other code, or a damaged one.
 *
 * The build puts this text before a line that calls `load`; so it needs nothing but Node.
 */
const { createHash } = require('node:crypto');
const {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const DIGEST_BYTES = 32;
const BUNDLE = '.bundle.js';
const CACHE = '.cache';

/** The exports of the bundle at `path`, which lacks its ending. */
function load(path) {
  const code = readFileSync(path + BUNDLE);
  const its = { exports: {} };
  const main = compile(path, code, readCache(path, code)).runInThisContext();
  main(its.exports, createRequire(path + BUNDLE), its, path + BUNDLE, __dirname);
  return its.exports;
}

/** The build leaves only ASCII in a bundle: as Latin-1, it is read in the shortest time. */
function compile(path, code, cachedData) {
  const text = `(function (exports, require, module, __filename, __dirname) {${code.latin1Slice()}\n})`;
  return new Script(text, { filename: path + BUNDLE, cachedData });
}

/** Undefined if there is none, or none to be trusted. */
function readCache(path, code) {
  let file;
  try {
    file = openSync(path + CACHE, 'r');
    const { uid, mode } = fstatSync(file);
    if ((uid !== 0 && uid !== process.geteuid()) || (mode & 0o022) !== 0) return undefined;
    const all = readFileSync(file);
    const data = all.subarray(DIGEST_BYTES);
    return digestOf(code, data).equals(all.subarray(0, DIGEST_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function digestOf(code, data) {
  const hash = createHash('sha256').update(`${process.version} ${process.arch} ${code.length}\n`);
  return hash.update(code).update(data).digest();
}

/** Writes the cache of a bundle, with all its functions: those that have not run here, too. */
function writeCache(path) {
  const { setFlagsFromString } = require('node:v8');
  const code = readFileSync(path + BUNDLE);
  setFlagsFromString('--no-lazy');
  const script = compile(path, code);
  setFlagsFromString('--lazy');
  const data = script.createCachedData();
  const written = `${path}${CACHE}.${process.pid}`;
  try {
    writeFileSync(written, Buffer.concat([digestOf(code, data), data]), { mode: 0o644 });
    renameSync(written, path + CACHE);
  } finally {
    rmSync(written, { force: true });
  }
}

/** Writes the caches of all bundles in the folder; if that cannot be done, says so: the hooks work without them. */
function writeCaches(folder) {
  try {
    for (const path of bundlesIn(folder)) writeCache(path);
  } catch (error) {
    console.warn(`the hooks are not precompiled and start more slowly: ${error.message}`);
  }
}

/** Whether each bundle in the folder has a cache that this Node and this user would load. */
function hasCaches(folder) {
  return bundlesIn(folder).every((path) => readCache(path, readFileSync(path + BUNDLE)) !== undefined);
}

function bundlesIn(folder) {
  const bundles = readdirSync(folder).filter((name) => name.endsWith(BUNDLE));
  return bundles.map((name) => join(folder, name.slice(0, -BUNDLE.length)));
}

module.exports = { load, writeCaches, hasCaches };
