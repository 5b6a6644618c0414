/** Checks the codes in `on_error` and `retry.on`: they may name Troupe's own codes and those of the workflow's `fail` steps. */
import { FAULT_CODES, UNMATCHABLE_FAULT_CODES } from '../../core/fault.ts'
import { didYouMean } from '../../core/nearest.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Located } from '../document.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import { errorCases } from './jumps.ts'
import type { IndexedStep, StepIndex } from './step-index.ts'

const UNMATCHABLE: ReadonlySet<string> = new Set([...UNMATCHABLE_FAULT_CODES, 'cancelled'])

export const checkFaultCodes = ({ steps }: StepIndex, diagnostics: Diagnostics): void => {
  const known = new Set<string>(FAULT_CODES)
  for (const { step } of steps) for (const code of descriptorOf(step).faults?.own?.(step) ?? []) known.add(code)
  // A child run passes on the codes of its own `fail` steps, which are not known here.
  const hasChildren = steps.some(({ step }) => descriptorOf(step).child !== undefined)
  for (const indexed of steps)
    for (const code of namedCodes(indexed)) checkCode(code, { known, hasChildren, diagnostics })
}

const namedCodes = ({ step }: IndexedStep): Located<string>[] => [
  ...(step.retry?.on ?? []),
  ...errorCases(step).flatMap(({ code }) => code ?? []),
]

const checkCode = (
  { value, range }: Located<string>,
  { known, hasChildren, diagnostics }: { known: ReadonlySet<string>; hasChildren: boolean; diagnostics: Diagnostics },
): void => {
  if (UNMATCHABLE.has(value)) {
    const problem = value === 'cancelled' ? 'a cancel is no fault' : 'it always ends the run'
    const bound = "to handle a bound, use 'timeout' or 'max_visits' on a step: their faults can be matched"
    const ofChild = "for a limit of the child run itself write 'child_budget_exceeded'"
    const hint =
      value === 'cancelled' ? "a cancelled child run is the fault 'child_cancelled'" : hasChildren ? ofChild : bound
    diagnostics.error('unmatchable_fault_code', range, `'${value}' can't be matched: ${problem}`, hint)
    return
  }
  if (known.has(value) || hasChildren) return
  const matchable = [...known].filter((code) => !UNMATCHABLE.has(code))
  diagnostics.error(
    'unknown_fault_code',
    range,
    `'${value}' is no fault code: expected one of Troupe's, or the code of a 'fail' step`,
    didYouMean(value, matchable) ?? `such as ${matchable.slice(0, 4).join(', ')}, …`,
  )
}
