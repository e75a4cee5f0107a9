import { quoted } from '../../../../base/shellWords.ts';
import type { ServerIdentity } from '../../../../capabilities/replication/identity.ts';

/**
 * Part of the script for a host: for each server process, its options that concern read_only, as it would get them at its next
 * start: those of its option files first (my_print_defaults), then those of its command line; and its datadir, which identifies
 * it. Answers `option PID --NAME[=VALUE]`, then `options PID` once all of a process are told. A process in a container is left
 * out: it has other files.
 */
export function optionQuestion(versions: readonly string[]): string {
  return [
    `for p in /proc/[0-9]*; do`,
    `  case "$(cat "$p/comm" 2>/dev/null)" in mysqld|mariadbd) ;; *) continue ;; esac`,
    `  m=$(readlink "$p/ns/mnt" 2>/dev/null)`,
    `  [ -z "$m" ] || [ "$m" = "$(readlink /proc/self/ns/mnt)" ] || continue`,
    `  own=$(tr '\\0' '\\n' <"$p/cmdline" | sed 1d); from=; files=`,
    `  case "$own" in *--no-defaults*) ;; *)`,
    `    from=$(printf '%s\\n' "$own" | grep -E '^--defaults-(file|extra-file|group-suffix)=')`,
    `    files=$(IFS='\n'; set -f; my_print_defaults $from ${groupsOf(versions).map(quoted).join(' ')} 2>/dev/null) || continue ;;`,
    `  esac`,
    `  printf '%s\\n%s\\n' "$files" "$own" | grep -E '^--(datadir|((skip|super)[-_])?read[-_]only)(=|$)' |`,
    `    while read -r o; do say "option \${p#/proc/} $o"; done`,
    `  say "options \${p#/proc/}"`,
    `done`,
  ].join('\n');
}

/** The groups of the option files that these servers read. */
function groupsOf(versions: readonly string[]): string[] {
  const numbers = versions.flatMap((version) => /^\d+\.\d+/.exec(version) ?? []);
  const names = versions.some((version) => /mariadb/i.test(version)) ? ['mysqld', 'mariadb', 'mariadbd'] : ['mysqld'];
  return ['server', ...names, ...names.flatMap((name) => numbers.map((number) => `${name}-${number}`))];
}

/** True if this server would be read_only after a restart with the same options; undefined if its process was not found. */
export function configuredReadOnly(
  looks: readonly { readonly answers: readonly string[] }[],
  { instance }: Pick<ServerIdentity, 'instance'>,
): boolean | undefined {
  const [, datadir = ''] = instance.split('|');
  const found = looks
    .flatMap(({ answers }) => processesIn(answers))
    .filter((one) => folder(one.datadir) === folder(datadir));
  const [first] = found;
  return first && found.every(({ readOnly }) => readOnly === first.readOnly) ? first.readOnly : undefined;
}

function processesIn(answers: readonly string[]): { datadir: string; readOnly: boolean }[] {
  const pids = answers.flatMap((answer) => /^options (\d+)$/.exec(answer)?.[1] ?? []);
  return pids.map((pid) => {
    const options = answers.flatMap((answer) => {
      const [, of, name = '', value] = /^option (\d+) --([\w-]+)(?:=(.*))?$/.exec(answer) ?? [];
      return of === pid ? [{ name: name.replaceAll('-', '_'), value }] : [];
    });
    const last = (names: readonly string[]) => options.filter(({ name }) => names.includes(name)).at(-1);
    const [own, over] = [last(['read_only', 'skip_read_only']), last(['super_read_only'])];
    return {
      datadir: last(['datadir'])?.value ?? '/var/lib/mysql',
      readOnly: (own?.name === 'read_only' && isOn(own.value)) || (over !== undefined && isOn(over.value)),
    };
  });
}

function isOn(value = '1'): boolean {
  return !['0', 'off', 'false', ''].includes(value.trim().toLowerCase());
}

function folder(path: string): string {
  return path.replace(/\/+$/, '');
}
