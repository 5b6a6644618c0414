/** Exit codes of commands. */
export const EXIT = {
  completed: 0,
  /** The run failed or was cancelled elsewhere. */
  failed: 1,
  /** Wrong usage, workflow or input. */
  invalid: 2,
  /** A missing database, disk space, secret or feature of a later release. */
  environment: 3,
  /** Ctrl-C. */
  interrupted: 130,
  /** SIGTERM; the run can be resumed. */
  terminated: 143,
} as const
