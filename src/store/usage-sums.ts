/** Names of usage that stores and readers of journals share. */
import { UNDO } from '../core/machine-ends.ts'

/** The provider under which a step of kind `workflow` reports the usage of its child: no provider of models has this name. */
export const CHILD_PROVIDER = 'workflow'

/** Kinds of rows that hold usage. */
export const USAGE_KINDS = ['outcome', 'attempt', 'late', 'stopped'] as const

/**
 * Returns the step of the workflow that a path leads to: `grades[3]/grade` → `grade`. Turns of a model, the tools it calls and
 * the call that undoes a step count as the step's: `grades:2[3]/write:4/turn_2` → `write`.
 */
export const stepOfPath = (path: string): string => {
  const parts = path.replace(UNDOING, '').split('/')
  while (parts.length > 1 && parts.at(-2)?.endsWith(']') === false) parts.pop()
  return (parts.at(-1) ?? '').replace(/[:[].*/, '')
}

const UNDOING = new RegExp(`^${UNDO}/`)
