/** Checks the codes in `on_error` and `retry.on`: they may name Troupe's own codes, those of `fail` steps and those that tools declare. */
import { FAULT_CODES, isMatchable } from '../../core/fault.ts'
import { meantNearest } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Located } from '../document.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import { errorCases } from './jumps.ts'
import type { IndexedStep, StepIndex } from './step-index.ts'
import type { ToolNames } from './tools.ts'

export const checkFaultCodes = (
  { steps }: StepIndex,
  { tools, diagnostics }: { tools: ToolNames; diagnostics: Diagnostics },
): void => {
  const own = steps.flatMap(({ step }) => descriptorOf(step).faults?.own?.(step) ?? [])
  const called = steps.flatMap(({ step }) =>
    (descriptorOf(step).tools?.(step) ?? []).map(({ value }) => tools.resolve(value, step)),
  )
  const declared = called.map((tool) => (tool !== undefined && 'entry' in tool ? tool.entry : undefined))
  const known = new Set([...own, ...declared.flatMap((entry) => entry?.faults ?? []), ...FAULT_CODES])
  const hasChildren = steps.some(({ step }) => descriptorOf(step).child !== undefined)
  // A child run passes on the codes of its own `fail` steps, a tool of another host its own, and an expression may give any.
  const isComputed = steps.some(({ step }) => descriptorOf(step).faults?.isOpen?.(step) === true)
  const isOpen = hasChildren || isComputed || declared.includes(undefined)
  for (const indexed of steps)
    for (const code of namedCodes(indexed)) checkCode(code, { known, hasChildren, isOpen, diagnostics })
}

const namedCodes = ({ step }: IndexedStep): Located<string>[] => [
  ...(step.retry?.on ?? []),
  ...errorCases(step).flatMap(({ code }) => code ?? []),
]

interface CodeCheck {
  known: ReadonlySet<string>
  hasChildren: boolean
  /** True: a step may fail with codes that are not known here. */
  isOpen: boolean
  diagnostics: Diagnostics
}

const checkCode = ({ value, range }: Located<string>, { known, hasChildren, isOpen, diagnostics }: CodeCheck): void => {
  if (!isMatchable(value)) {
    const problem = value === 'cancelled' ? 'a cancel is no fault' : 'it always ends the run'
    const bound = "to handle a bound, use 'timeout' or 'max_visits' on a step: their faults can be matched"
    const ofChild = "for a limit of the child run itself write 'child_budget_exceeded'"
    const hint =
      value === 'cancelled' ? "a cancelled child run is the fault 'child_cancelled'" : hasChildren ? ofChild : bound
    diagnostics.error('unmatchable_fault_code', range, `'${value}' can't be matched: ${problem}`, hint)
    return
  }
  if (known.has(value) || isOpen) return
  const matchable = [...known].filter(isMatchable)
  diagnostics.error(
    'unknown_fault_code',
    range,
    `'${value}' is no fault code: expected one of Troupe's, of a 'fail' step or of a tool`,
    meantNearest(range, value, matchable) ?? `such as ${matchable.slice(0, 4).join(', ')}, …`,
  )
}
