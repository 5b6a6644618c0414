/** A step as its machine needs it at run time: what entering it evaluates, what a block gives out, when it is tried again. */
import { type FaultData, isFault, toFaultData } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { DEFAULT_BACKOFF, type RetryPolicy } from '../../core/retry-policy.ts'
import type { ParallelStep, Retry, Step } from '../document.ts'
import { compileExpression, compileValue } from '../expression/compile-expression.ts'
import type { Places } from '../lower/exit.ts'
import type { Entered, MachineContext, UndoEntry } from '../machine-context.ts'
import { stepsWithin } from '../step-place.ts'
import { createBindings, type ExpressionSite } from './bindings.ts'
import { compileEntry, toCondition } from './entry.ts'

export interface LinkedStep {
  id: string
  kind: Step['kind']
  maxVisits: number | undefined
  timeoutMs: number | undefined
  /** Evaluates what the step needs. A failing expression is a fault in the result, never thrown. */
  enter(context: MachineContext): Entered
  /** Of a block: its output, computed when it completes. */
  output: ((context: MachineContext) => JsonValue) | undefined
  /** Of a loop. The test is true when the loop shall end, and throws Fault `expression_failed`. */
  loop: { isOver(context: MachineContext): boolean; max: number } | undefined
  /** Of a parallel: how many branches there are, and how many must complete. */
  join: { of: number; needed: number } | undefined
  /** Of a block: the attempts of other steps are the host's. */
  retry: RetryPolicy | undefined
  /** Of a wait for an event: whether this one (`{ id, name, at, data }`) is meant. A condition that fails on it means no. */
  accepts: ((context: MachineContext, event: JsonObject) => boolean) | undefined
  /** The call that undoes what the step has done, evaluated when it has completed. */
  undo: ((context: MachineContext) => UndoEntry['call']) | undefined
  /** Ids of the steps inside a block, at any depth, but not inside a foreach. */
  within: readonly string[]
}

export const linkStep = (step: Step, places: Places): LinkedStep => {
  const place = places.get(step.id.value)
  const chain = place?.ancestors ?? []
  const site: ExpressionSite = { scopes: place?.scopes ?? [], chain: [...chain, step] }
  return {
    id: step.id.value,
    kind: step.kind,
    maxVisits: step.maxVisits?.value,
    timeoutMs: step.timeoutMs?.value,
    enter: compileEnter(step, site, places),
    output: compileOutput(step),
    loop: compileLoop(step, site, places),
    join: step.kind === 'parallel' ? toJoin(step) : undefined,
    retry: step.retry === undefined ? undefined : toRetryPolicy(step.retry, 3),
    accepts: compileMatch(step, site, places),
    undo: compileUndo(step, site, places),
    within: stepsWithin(step).map(({ id }) => id.value),
  }
}

/** The policy of a `retry:`, with the given number of attempts where it names none. */
export const toRetryPolicy = (retry: Retry | undefined, max: number): RetryPolicy => ({
  max: retry?.max?.value ?? max,
  minMs: retry?.backoffMinMs ?? DEFAULT_BACKOFF.minMs,
  maxMs: retry?.backoffMaxMs ?? DEFAULT_BACKOFF.maxMs,
  jitter: retry?.jitter?.value ?? DEFAULT_BACKOFF.jitter,
  ...(retry?.on === undefined ? {} : { on: retry.on.map(({ value }) => value) }),
})

/** What a thrown value of an expression comes to: its fault, with the step it was in. Anything else is ours, and goes on. */
export const toExpressionFault = (thrown: unknown, step: string): FaultData => {
  if (!isFault(thrown)) throw thrown
  const fault = toFaultData(thrown)
  return { ...fault, details: { step, ...fault.details } }
}

const compileEnter = (step: Step, site: ExpressionSite, places: Places): LinkedStep['enter'] => {
  const bindings = createBindings(site, places)
  const runs = step.when && toCondition(compileExpression(step.when, bindings), 'when')
  const enter = compileEntry(step, bindings)
  return (context) => {
    try {
      return runs?.(context) === false ? { kind: 'skipped' } : enter(context)
    } catch (thrown) {
      return { kind: 'fault', fault: toExpressionFault(thrown, step.id.value) }
    }
  }
}

const compileMatch = (step: Step, site: ExpressionSite, places: Places): LinkedStep['accepts'] => {
  if (step.kind !== 'wait' || step.wait.kind !== 'event') return undefined
  if (step.wait.match === undefined) return () => true
  const { root, step: stepOf } = createBindings(site, places)
  const matches = compileExpression<MachineContext & { event: JsonObject }>(step.wait.match, {
    root: (name) => (name === 'event' ? ({ event }) => event : root(name)),
    step: stepOf,
  })
  return (context, event) => {
    try {
      return matches({ ...context, event }) === true
    } catch (thrown) {
      if (isFault(thrown)) return false
      throw thrown
    }
  }
}

const compileUndo = (step: Step, site: ExpressionSite, places: Places): LinkedStep['undo'] => {
  const { undo } = step
  if (undo === undefined) return undefined
  const input = undo.with === undefined ? () => ({}) : compileValue(undo.with, createBindings(site, places))
  return (context) => {
    try {
      return { input: input(context) }
    } catch (thrown) {
      return { fault: toExpressionFault(thrown, step.id.value) }
    }
  }
}

const compileLoop = (step: Step, site: ExpressionSite, places: Places): LinkedStep['loop'] => {
  if (step.kind !== 'loop') return undefined
  const { kind, expression } = step.test
  const test = toCondition(compileExpression(expression, createBindings({ ...site, atTest: true }, places)), kind)
  return { max: step.max.value, isOver: kind === 'until' ? test : (context) => !test(context) }
}

const toJoin = ({ branches, join }: ParallelStep): { of: number; needed: number } => ({
  of: branches.length,
  needed: join.kind === 'all' ? branches.length : join.kind === 'any' ? 1 : join.count.value,
})

/** What a list of steps gives out: the output of its last step, null when that did not complete. */
export const lastOutput = (steps: readonly Step[]): ((context: MachineContext) => JsonValue) => {
  const last = steps.at(-1)?.id.value
  return ({ steps: records }) => {
    const record = last === undefined ? undefined : records[last]
    return record?.status === 'completed' ? (record.output ?? null) : null
  }
}

const compileOutput = (step: Step): LinkedStep['output'] => {
  switch (step.kind) {
    case 'do':
    case 'loop':
      return lastOutput(step.steps)
    case 'switch': {
      const outputs = step.cases.map(({ then }) => (then.kind === 'do' ? lastOutput(then.steps) : () => null))
      return (context) => {
        const entered = context.steps[step.id.value]?.entered
        return entered?.kind === 'case' ? (outputs[entered.index]?.(context) ?? null) : null
      }
    }
    case 'parallel': {
      const outputs = step.branches.map(({ name, steps }) => [name.value, lastOutput(steps)] as const)
      return (context) => {
        const entered = context.steps[step.id.value]?.entered
        const ended = entered?.kind === 'block' ? entered.ended : undefined
        const output: JsonObject = {}
        // A branch that was called off gives out nothing, not what it gave in an earlier visit.
        for (const [name, last] of outputs) output[name] = ended?.[name] === 'completed' ? last(context) : null
        return output
      }
    }
    default:
      return undefined
  }
}
