import { UsageError } from '../../base/errors.ts';
import { refuseOptions } from '../../mha/options.ts';
import { openLog } from '../cli/terminal.ts';
import { runTool } from '../cli/tool.ts';
import { runFence } from './runFence.ts';

const USAGE = `mha_fence - MHA's shutdown_script: makes sure that a dead master stays dead

Usage
  mha_fence --command=COMMAND --host=HOST [--port=PORT] [options]

MHA calls it with its own arguments. In MHA's file write (on one line)
  shutdown_script = /path/to/mha_fence --conf=/etc/mha/app1.cnf

Options
  --command=stop|stopssh
                        stopssh: the host answers ssh; ends the server of that
                        port, keeps it from starting, and sees it dead; if that
                        fails, runs fence_command. stop: only runs that
  --command=status      logs in to the host and looks for the server; records
                        what a fence needs; says if a guard keeps the server
                        down; changes nothing there
  --command=release     lets a fenced server start again
  --conf=FILE           MHA's application file; without it, the one that lists
                        the host
  --global_conf=FILE    MHA's global file, if not /etc/masterha_default.cnf
  --log_level=LEVEL     error, warning, info (default) or debug
  --host=HOST, --ip=IP, --port=PORT
                        the server, as MHA passes it; without a port, status
                        looks at every server of the host
  --help, --version

Unknown options are ignored, with a warning: MHA passes --ssh_user and others,
which this command takes from MHA's file.

Files
  NAME.helper.cnf       the settings: fence, fence_timeout, fence_command,
                        fence_needed
  manager_workdir/mha-helper/HOST_PORT.server
                        what status saw of the living server
  manager_workdir/mha-helper/HOST_PORT.fence
                        how the last fence ended

Exit: 0 the host is off, or status or release succeeded; 10 stopssh: MHA goes on
and saves the binlogs, as the host answers ssh; 1 failed, and MHA does not fail
over; 2 wrong arguments.

Examples
  mha_fence --command=status --conf=/etc/mha/app1.cnf --host=192.0.2.1
  mha_fence --command=release --conf=/etc/mha/app1.cnf --host=192.0.2.1

See also
  master_ip_failover, mysql_failover, mha_check; docs/fencing.md
`;

const COMMANDS = ['stopssh', 'stop', 'status', 'release'] as const;
export type FenceCommand = (typeof COMMANDS)[number];

await runTool(USAGE, { values: ['command', 'host', 'ip', 'port'], flags: [] }, async ({ invocation, options }) => {
  const { values, problems, words, unknown } = options;
  const wrong = [...problems, ...words.map((word) => `unexpected argument: ${word}`)];
  const command = COMMANDS.find((name) => name === values.get('command'));
  if (!command) wrong.push(`--command is one of ${COMMANDS.join(', ')}`);
  const [host, port] = [values.get('host') ?? values.get('ip'), values.get('port')];
  if (host === undefined) wrong.push('--host is missing');
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536)) {
    wrong.push(`--port=${port} is not a port (1 to 65535)`);
  }
  refuseOptions(wrong);
  if (!command || host === undefined) throw new UsageError(USAGE);
  const log = openLog(values.get('log_level'));
  const ours = unknown.filter((option) => !/^--(ssh_\w+|pid_file)$/.test(option));
  if (ours.length > 0) log.warning(`unknown options are ignored: ${ours.join(', ')}`);
  return runFence({ command, host, port: port === undefined ? undefined : Number(port), options, invocation, log });
});
