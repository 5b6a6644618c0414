/** Figures of a fault test, as lines that `npm run test:faults` turns into a table. */
import { TEST_DATABASE } from '../support/test-database.ts'
import { SEED } from './form.ts'

export interface Figure {
  /** Id of the promise: `R1`. */
  id: string
  /** Default: the database that the tests run on. */
  db?: string
  /** Actions and results by name; numbers are counts, or milliseconds where the name says so. */
  counts: Readonly<Record<string, number>>
  isKept: boolean
  /** Where faults fell: 0 is the beginning of what they disturbed, 1 its end. */
  shares?: readonly number[]
  /** Why it is not measured here. */
  skipped?: string
}

/** Begins each line that holds a figure. */
const FIGURE_MARK = 'figure '

export const reportFigure = (figure: Figure): void => {
  const { shares, ...rest } = figure
  const tenths = shares === undefined ? {} : { tenths: countTenths(shares) }
  console.log(`${FIGURE_MARK}${JSON.stringify({ seed: SEED, db: TEST_DATABASE, ...rest, ...tenths })}`)
}

const countTenths = (shares: readonly number[]): number[] =>
  Array.from(
    { length: 10 },
    (_, tenth) => shares.filter((share) => Math.min(9, Math.floor(share * 10)) === tenth).length,
  )
