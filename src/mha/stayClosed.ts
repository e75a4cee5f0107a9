/**
 * In the environment of a hook where MHA runs with `--skip_disable_read_only`: MHA has no argument that says so to its
 * scripts. Set by the wrapper, and by MHACompat.pm where MHA is run without it.
 */
export const STAY_CLOSED = 'MHA_HELPER_SKIP_DISABLE_READ_ONLY';

/** True if masterha's own options keep the new master's read_only as it is; Getopt::Long takes a short form too. */
export function staysClosed(args: readonly string[]): boolean {
  return args.some((arg) => {
    const [, name = ''] = /^--?(skip_d\w*)$/i.exec(arg) ?? [];
    return name !== '' && 'skip_disable_read_only'.startsWith(name.toLowerCase());
  });
}
