/** Set for the hooks of an MHA with `--skip_disable_read_only`, which MHA does not pass on, by the wrapper or MHACompat.pm. */
export const STAY_CLOSED = 'MHA_HELPER_SKIP_DISABLE_READ_ONLY';

/** True if masterha's options hold `--skip_disable_read_only`, which Getopt::Long accepts abbreviated. */
export function staysClosed(args: readonly string[]): boolean {
  return args.some((arg) => {
    const [, name = ''] = /^--?(skip_d\w*)$/i.exec(arg) ?? [];
    return name !== '' && 'skip_disable_read_only'.startsWith(name.toLowerCase());
  });
}
