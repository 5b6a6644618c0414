import type { Diagnostics } from '../diagnostic.ts'
import type { Step } from '../document.ts'
import { childLists } from '../place-steps.ts'
import { type Range, toPosition } from '../source.ts'

/** Words with a meaning of their own in `next`, `on_error` and `else`. */
const RESERVED_IDS: ReadonlySet<string> = new Set(['end', 'continue', 'fail'])

/** Reserved words of CEL: expressions can't read `steps.in`. */
const RESERVED_WORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])

/** Reports ids that occur twice in the file, across blocks too, and ids that are reserved words of jumps or expressions. */
export const checkStepIds = (steps: readonly Step[], diagnostics: Diagnostics): void =>
  checkIds(steps, new Map(), diagnostics)

const checkIds = (steps: readonly Step[], seen: Map<string, Range>, diagnostics: Diagnostics): void => {
  for (const step of steps) {
    checkId(step, seen, diagnostics)
    for (const { steps: inner } of childLists(step)) checkIds(inner, seen, diagnostics)
  }
}

const checkId = ({ id }: Step, seen: Map<string, Range>, diagnostics: Diagnostics): void => {
  const { value, range } = id
  const user = RESERVED_IDS.has(value) ? 'jumps use' : RESERVED_WORDS.has(value) ? 'expressions use' : undefined
  if (user !== undefined) {
    const message = `'${value}' can't be the id of a step: expected another name, since ${user} it as a word`
    diagnostics.error('bad_id', range, message, `write '${value}_step'`)
    return
  }
  const first = seen.get(value)
  if (first === undefined) {
    seen.set(value, range)
    return
  }
  const { line } = toPosition(diagnostics.source, first.start)
  const message = `'${value}' is the id of two steps: expected one, first on line ${line}`
  diagnostics.error('duplicate_id', range, message, 'ids are unique in the file, also across blocks')
}
