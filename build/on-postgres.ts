/** Test files that run a second time on Postgres, and the server that they share. */

/** The whole command line over a database, and servers: each file that shows another side of the store. */
export const ON_POSTGRES: readonly string[] = [
  'test/app/server.test.ts',
  'test/app/waiting-families.test.ts',
  'test/cli/approvals-of-several.test.ts',
  'test/cli/approvals.test.ts',
  'test/cli/commands/cost-report.test.ts',
  'test/cli/commands/past-runs.test.ts',
  'test/cli/commands/schedules.test.ts',
  'test/cli/commands/workflows.test.ts',
  'test/cli/interrupt.test.ts',
  'test/cli/queued-runs.test.ts',
  'test/cli/signals.test.ts',
  'test/cli/submit.test.ts',
  'test/cli/waiting-runs.test.ts',
  'test/faults/cancels.test.ts',
  'test/faults/graceful-stop.test.ts',
  'test/faults/hand-over.test.ts',
  'test/faults/random-kills.test.ts',
  'test/faults/stopped-server.test.ts',
  'test/faults/submissions.test.ts',
  'test/faults/timers.test.ts',
  'test/web/http-events.test.ts',
]

/**
 * Starts a server for the files, which ends with this process; returns their environment. Undefined: no Postgres is installed here,
 * which is said.
 */
export const startSharedPostgres = async (): Promise<Record<string, string> | undefined> => {
  const { startPostgres, withoutPostgres } = await import('../test/support/postgres-server.ts')
  if (withoutPostgres !== undefined) {
    console.log(`skipped on Postgres: ${withoutPostgres}`)
    return undefined
  }
  const { port } = await startPostgres()
  return { TROUPE_TEST_DB: 'postgres', TROUPE_TEST_PORT: `${port}` }
}
