import { toOneLine } from '../printable.ts'
import { explainError } from '../report-error.ts'

/** Explains why a run is held. Undefined: it is no longer held. */
export const describeHeld = (cause: unknown): string =>
  cause === undefined
    ? 'the database can be written again: the run goes on'
    : `held: the database can't be written: ${toOneLine(explainError(cause).message)}; nothing is lost, it is tried again each second`
