import { error, type Finding, warning } from '../../../base/finding.ts';
import { nameOf } from '../../../base/server.ts';
import { askPerl, exportCompat, knowsMhaStatements, ownVersion } from '../../../mha/compat.ts';
import { tryPerlLogin } from '../../../mha/perlLogin.ts';
import type { CheckedServer } from '../context.ts';
import { type Find, HERE, type Surroundings } from './inputs.ts';

/** Whether MHA's programs here load MHACompat.pm, in this package's version, if a server needs it; and whether they log in. */
export async function checkModule(given: Surroundings): Promise<Finding[]> {
  const [loaded, logins] = await Promise.all([checkLoaded(given), checkLogins(given)]);
  return loaded.some(({ code }) => code === 'mha_fails') ? loaded : [...loaded, ...logins];
}

/** The account's plugin, TLS, and the driver of Perl, all at once. */
async function checkLogins({ env, signal, servers }: Surroundings): Promise<Finding[]> {
  const targets = servers.map(({ target }) => target);
  const reasons = await tryPerlLogin(targets, { env, signal });
  return targets.flatMap((target, index) => {
    const why = reasons[index];
    if (why === undefined) return [];
    const text = `MHA’s Perl cannot log in as ${target.user}, and this program can: ${why}`;
    const advice =
      'look at the plugin and REQUIRE of that account, and at libdbd-mysql-perl and its client library here';
    return [error('mha_login', nameOf(target), text, advice)];
  });
}

async function checkLoaded({ env, signal, servers }: Surroundings): Promise<Finding[]> {
  const versions = servers.map(({ identity }) => identity.version);
  const answer = await askPerl(versions, { env, signal });
  if (answer.broken !== undefined)
    return [error('mha_fails', HERE, `MHA’s Perl modules do not load: ${answer.broken}`, 'check PERL5OPT here')];
  const find: Find = (code, text, advice, lines) => error(code, HERE, text, advice, lines);
  if (answer.loaded !== undefined) return otherVersion(find, answer.loaded, await ownVersion(), exportCompat());
  const strangers = await strangersAmong(servers);
  if (strangers.length > 0) return [cannotDrive(strangers)];
  if (answer.needsHelpFor === undefined) return [];
  const text = `without MHACompat.pm, masterha_manager and masterha_check_repl exit on the version number ${answer.needsHelpFor}; the mysql_* commands load it themselves`;
  return [warning('compat_here', HERE, text, 'before you run these programs:', [exportCompat()])];
}

/** Servers that do not know MHA's statements; one that cannot be asked is another finding. */
async function strangersAmong(servers: readonly CheckedServer[]): Promise<CheckedServer[]> {
  const known = await Promise.all(servers.map(({ session }) => knowsMhaStatements(session).catch(() => true)));
  return servers.filter((_, index) => !known[index]);
}

function cannotDrive(strangers: readonly CheckedServer[]): Finding {
  const names = strangers.map(({ target, identity }) => `${nameOf(target)} (${identity.version})`).join(', ');
  const text = `without MHACompat.pm, MHA 0.58 cannot work with ${names}: they do not know its statements`;
  const advice = 'before you run MHA’s programs, and where masterha_manager is started:';
  return error('mha_cannot_drive', HERE, text, advice, [exportCompat()]);
}

/** None if it is this package's, or that is not known; `line` is what loads the right one. */
export function otherVersion(find: Find, loaded: string, own: string, line: string): Finding[] {
  if (loaded === own || own === '') return [];
  const which = loaded === '' ? 'an old one without a version' : loaded;
  const text = `MHACompat.pm is ${which} here, and ${own} in this package: a switch may fail half-way, or lose rows`;
  const advice = 'copy conf/perl of this package there (README, step 5), and load it:';
  return [find('compat_version', text, advice, [line])];
}
