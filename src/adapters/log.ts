/** What happens, for the operator; MHA appends what its scripts print to manager_log. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}
