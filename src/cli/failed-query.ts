import { findNearest } from '../core/nearest.ts'
import type { FailedQuery } from '../service/history/failed-runs.ts'
import { CliError } from './cli-error.ts'
import { readSince } from './since.ts'

/** Which of the runs that ended badly are meant. */
export interface FailedArguments {
  status?: string
  workflow?: string
  since?: string
  fault?: string
  step?: string
}

const STATUSES = ['failed', 'cancelled'] as const

/** @throws CliError */
export const readFailedQuery = ({ status, workflow, since, fault, step }: FailedArguments): FailedQuery => ({
  ...(status === undefined ? {} : { status: readStatus(status) }),
  ...(workflow === undefined ? {} : { workflow }),
  ...(since === undefined ? {} : { since: readSince(since) }),
  ...(fault === undefined ? {} : { code: fault }),
  ...(step === undefined ? {} : { step }),
})

const readStatus = (text: string): 'failed' | 'cancelled' => {
  const found = STATUSES.find((status) => status === text)
  if (found !== undefined) return found
  const nearest = findNearest(text, STATUSES)
  throw new CliError(`--status '${text}' is wrong: expected one of ${STATUSES.join(', ')}`, {
    hint: nearest === undefined ? undefined : `did you mean '${nearest}'?`,
  })
}
