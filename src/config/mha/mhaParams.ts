/** How MHA 0.58 fills in a parameter that a section does not give (MHA/Config.pm, `parse_server`). */
export interface ParamRule {
  /** Taken from `[server default]` (or what that inherits) if a section does not give it. */
  readonly inherits?: true;
  /** The value if neither gives it. */
  readonly fallback?: string;
  /** The fallback also replaces an inherited empty value or `0`. A section's own empty value always stands. */
  readonly replacesFalse?: true;
}

const own: ParamRule = {};
const inherited: ParamRule = { inherits: true };
const flag = (fallback: '0' | '1'): ParamRule => ({ inherits: true, fallback });
const ownFlag: ParamRule = { fallback: '0' };
const filled = (fallback: string): ParamRule => ({ inherits: true, fallback, replacesFalse: true });

/**
 * Every parameter that MHA 0.58 knows, in the order in which it prints them. MHA exits on any other name. `ip`,
 * `ssh_host`, `ssh_ip` and the fallback of `ssh_user` are computed, see mhaLevel.ts.
 */
export const MHA_PARAMS: ReadonlyMap<string, ParamRule> = new Map(
  Object.entries({
    hostname: own,
    ip: own,
    port: filled('3306'),
    ssh_host: own,
    ssh_ip: own,
    ssh_port: filled('22'),
    ssh_connection_timeout: filled('5'),
    ssh_options: own,
    node_label: own,
    candidate_master: ownFlag,
    no_master: ownFlag,
    ignore_fail: ownFlag,
    skip_init_ssh_check: ownFlag,
    skip_reset_slave: flag('0'),
    user: filled('root'),
    password: { inherits: true, fallback: '' },
    repl_user: inherited,
    repl_password: inherited,
    disable_log_bin: flag('0'),
    master_pid_file: inherited,
    handle_raw_binlog: flag('1'),
    ssh_user: { inherits: true, replacesFalse: true },
    remote_workdir: filled('/var/tmp'),
    master_binlog_dir: filled('/var/lib/mysql,/var/log/mysql'),
    log_level: filled('info'),
    manager_workdir: filled('/var/tmp'),
    manager_log: inherited,
    check_repl_delay: flag('1'),
    check_repl_filter: flag('1'),
    latest_priority: flag('1'),
    multi_tier_slave: flag('0'),
    ping_interval: { inherits: true, fallback: '3' },
    ping_type: { inherits: true, fallback: 'SELECT' },
    secondary_check_script: inherited,
    master_ip_failover_script: inherited,
    master_ip_online_change_script: inherited,
    shutdown_script: inherited,
    report_script: inherited,
    init_conf_load_script: inherited,
    client_bindir: inherited,
    client_libdir: inherited,
    use_gtid_auto_pos: flag('1'),
  } satisfies Record<string, ParamRule>),
);

/** Their values are not shown by default. */
export const SECRET_PARAMS: ReadonlySet<string> = new Set(['password', 'repl_password']);
