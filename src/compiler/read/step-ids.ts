import type { Diagnostics } from '../diagnostic.ts'
import type { Step } from '../document.ts'
import { childLists } from '../place-steps.ts'
import { type Range, toPosition } from '../source.ts'

/** Words that `next`, `on_error` and `else` take for something else than a step. */
const RESERVED_IDS: ReadonlySet<string> = new Set(['end', 'continue', 'fail'])

/** Expressions could not read `steps.in`: the words of CEL. */
const RESERVED_WORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])

/** Ids are unique in the file, also across blocks, and none of the words that jumps and expressions use for something else. */
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
