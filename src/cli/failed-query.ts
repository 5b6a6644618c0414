import type { FailedQuery } from '../service/history/failed-runs.ts'
import { readChoice, readSince } from './option-values.ts'

/** Options that select failed and cancelled runs. */
export interface FailedArguments {
  status?: string
  workflow?: string
  since?: string
  fault?: string
  step?: string
}

/** @throws CliError */
export const readFailedQuery = ({ status, workflow, since, fault, step }: FailedArguments): FailedQuery => ({
  ...(status !== undefined && { status: readChoice('--status', status, ['failed', 'cancelled']) }),
  ...(workflow !== undefined && { workflow }),
  ...(since !== undefined && { since: readSince(since) }),
  ...(fault !== undefined && { code: fault }),
  ...(step !== undefined && { step }),
})
