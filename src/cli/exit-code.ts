/** How a command ended, as its exit code. */
export const EXIT = {
  completed: 0,
  /** Or cancelled by someone else. */
  failed: 1,
  /** Wrong usage, workflow or input. */
  invalid: 2,
  /** Database, disk, secrets, a release to come. */
  environment: 3,
  /** Ctrl-C. */
  interrupted: 130,
  /** SIGTERM; the run can be resumed. */
  terminated: 143,
} as const
