/** Conditions on the input of a run, in the notation of `--input`: `customer.id=42`. */
import { type Assignment, splitAssignment } from '../core/assignment.ts'
import { CliError } from './cli-error.ts'

/** @throws CliError */
export const readConditions = (texts: readonly string[]): Assignment[] =>
  texts.map((text) => {
    const found = splitAssignment(text)
    if (found !== undefined) return found
    throw new CliError(`--input '${text}' is wrong: expected path=value`, { hint: 'such as --input customer.id=42' })
  })
