import { formatLimit, LIMITS } from '../core/limits.ts'
import type { ReachedData } from '../store/journal-data.ts'

/** `the journal of the run has 10,001 rows: beyond 50,000 rows the run fails`. */
export const describeNear = ({ limit, amount, allowed }: ReachedData): string => {
  const bound = LIMITS[limit]
  const what = limit === 'journal' ? 'the journal of the run' : 'the state of the run'
  return `${what} has ${formatLimit(amount, bound)}: beyond ${formatLimit(allowed, bound)} the run fails`
}
