import { error, type Finding, warning } from '../../../base/finding.ts';
import { loadedVersion, perlReason, SSHD_LINE } from '../../../mha/compat.ts';
import { clientFindings, clientsIn } from './clients.ts';
import { type HostLook, loginName } from './hosts.ts';
import type { Find } from './inputs.ts';
import { otherVersion } from './module.ts';

/**
 * What is wrong with the hosts. `needed` is false if MHA uses GTIDs, and so does without ssh; `own` is the version of the
 * MHACompat.pm that should be there.
 */
export function hostFindings(looks: readonly HostLook[], needed: boolean, own: string): Finding[] {
  const closed = new Set(looks.filter((look) => look.refused !== undefined).map((look) => loginName(look.login)));
  return looks.flatMap((look) => [
    ...aboutHost(look, needed, own),
    ...peerFindings(look, needed)
      .filter(({ login }) => !closed.has(login))
      .map(({ finding }) => finding),
  ]);
}

function aboutHost(look: HostLook, needed: boolean, own: string): Finding[] {
  const { login, asked, answers } = look;
  const where = `${login.host}:${login.port}`;
  const find: Find = (code, text, advice, lines) => (needed ? error : warning)(code, where, text, advice, lines);
  if (look.refused !== undefined) {
    const text = `MHA cannot log in with ssh as ${login.user}: ${look.refused}`;
    const advice = `try it: ssh -p ${login.port} ${login.user}@${login.ip}; it must not prompt for anything`;
    return [find('ssh_failed', text, advice)];
  }
  const tools = toolFindings(answers, find);
  return [
    ...tools,
    ...(tools.length > 0 ? [] : compatFindings(answers, find, own)),
    ...clientFindings(clientsIn(answers), asked.clients, find),
    ...answered(answers, 'folder').map(({ index, text: folder }) => {
      const text = `remote_workdir ${asked.workDirs[index]}: ${folder} is not a folder, or ${login.user} cannot write to it`;
      return find('remote_workdir', text, `create it there as a folder of ${login.user}’s`);
    }),
    ...(look.cutOff ? [find('ssh_slow', 'did not answer every question in time', 'log in and find out why')] : []),
  ];
}

/** A failover with a lagging replica copies files from host to host. Each finding with the login that failed. */
function peerFindings({ login, asked, answers }: HostLook, needed: boolean): { login: string; finding: Finding }[] {
  return answered(answers, 'peer').flatMap(({ index, text }) => {
    const peer = asked.peers[index];
    if (!peer) return [];
    const where = `${login.host}:${login.port}`;
    const what = `${login.user} cannot log in from here to ${peer.user}@${peer.host}:${peer.port}: ${text || 'no reason given'}`;
    const advice = `let ${login.user} of this host log in there with a key; masterha_check_ssh tries it too`;
    const finding = (needed ? error : warning)('ssh_between_hosts', where, what, advice);
    return [{ login: loginName(peer), finding }];
  });
}

/** Answers of the form `WORD INDEX text`, unless the text is `ok`. */
function answered(answers: readonly string[], word: string): { index: number; text: string }[] {
  return answers.flatMap((answer) => {
    const [, is, index, text = ''] = /^(\w+) (\d+) ?(.*)$/.exec(answer) ?? [];
    return is === word && text !== 'ok' ? [{ index: Number(index), text: text.trim() }] : [];
  });
}

function toolFindings(answers: readonly string[], find: Find): Finding[] {
  const tools = answers.flatMap((answer) => {
    const [, tool = '', is, text = ''] = /^tool (\w+) (\w+) ?(.*)$/.exec(answer) ?? [];
    return is === undefined || is === 'ok' ? [] : [{ tool, is, text: text.trim() }];
  });
  const missing = tools.filter(({ is }) => is === 'missing').map(({ tool }) => tool);
  const without = `${missing.join(' and ')} not in PATH of MHA’s ssh session: MHA could not bring replicas in sync`;
  const found = missing.length > 0 ? [find('node_missing', without, 'install mha4mysql-node there')] : [];
  const failing = tools.find(({ is }) => is === 'fails');
  if (!failing) return found;
  const text = `${failing.tool} does not run: ${perlReason(failing.text)}`;
  return [...found, find('node_fails', text, 'run it there with --version')];
}

function compatFindings(answers: readonly string[], find: Find, own: string): Finding[] {
  const said =
    answers
      .find((answer) => answer.startsWith('compat '))
      ?.replace('compat ', '')
      .trim() ?? '';
  if (said.startsWith('needed')) {
    const why = said.replace(/^needed:? ?/, '');
    const advice = 'copy conf/perl there, and load it in MHA’s ssh session (README, step 5), by sshd’s configuration:';
    return [find('compat_on_host', `MHA’s programs fail here without MHACompat.pm (${why})`, advice, [SSHD_LINE])];
  }
  const loaded = loadedVersion(said);
  if (loaded !== undefined) return otherVersion(find, loaded, own, SSHD_LINE);
  if (said === '') return [];
  const text = `MHA’s Perl modules do not load: ${perlReason(said)}`;
  return [find('node_fails', text, 'check PERL5OPT in that session')];
}
