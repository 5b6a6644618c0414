/**
 * The fault that the end of a child run is for the step that called it.
 *
 * 1. A fault keeps its code, and gets the child run and the step in it as details.
 * 2. A limit of the child itself is `child_budget_exceeded`, which `on_error` can match. It passes up unchanged.
 * 3. A limit of a run above stays `budget_exceeded`: it ends each run up to the one whose limit it is.
 */
import type { FaultData } from '../../core/fault.ts'
import type { JsonObject } from '../../core/json.ts'
import type { RunError } from '../../store/store.ts'
import type { BudgetData } from '../run-event.ts'
import { describeLimit } from '../scope/scope-end.ts'

interface EndedChild {
  id: string
  workflow: string
  /** Id of the run that called it. */
  parent: string
}

export const toParentFault = ({ step, ...fault }: RunError, child: EndedChild): FaultData => {
  const details = fault.details ?? {}
  if (fault.code === 'child_budget_exceeded') return fault
  if (fault.code === 'budget_exceeded') return toLimitFault(fault, { details, step, child })
  const isBound = fault.code === 'too_large' && details.run === undefined && BOUNDS.has(String(details.limit))
  const message = isBound ? `${describeChild(child)}: ${fault.message}` : fault.message
  return { ...fault, message, details: { ...details, run: child.id, child_step: step } }
}

const BOUNDS: ReadonlySet<string> = new Set(['journal', 'context'])

const toLimitFault = (
  fault: FaultData,
  { details, step, child }: { details: JsonObject; step: string | null; child: EndedChild },
): FaultData => {
  const { of_run, ...own } = details
  // The parent ends with its own limit, in its own words.
  if (of_run !== undefined) return { ...fault, details: of_run === child.parent ? own : details }
  return {
    code: 'child_budget_exceeded',
    message: `${describeChild(child)} has reached its ${describeLimit(own)}`,
    retryable: false,
    details: { ...own, run: child.id, workflow: child.workflow, child_step: step },
  }
}

const describeChild = ({ id, workflow }: EndedChild): string => `child run '${id}' of workflow '${workflow}'`

/** The event with which the limit of a run above ends the run whose step called a child; undefined for other faults. */
export const toBudgetData = ({ code, details = {} }: FaultData): BudgetData | undefined => {
  if (code !== 'budget_exceeded') return undefined
  const { limit, ...rest } = details
  return { limit: limit === 'tokens' ? 'tokens' : 'cost_usd', details: rest }
}
