/** Steps that hold no other steps: one state each. */
import { type Bound, isComputed } from '../bound.ts'
import type { Step } from '../document.ts'
import { faultRoutes, leaveBy, type StepExits } from './exit.ts'
import { type InvokeConfig, record, type StateConfig, type TransitionConfig, when } from './state-config.ts'

/** Lowers a step that the host performs: one state with one invoke. */
export const lowerEffect = (step: Step, context: StepExits): StateConfig => ({
  ...lowerEntry(step, context),
  invoke: invoke(step, context),
})

export const invoke = (step: Step, context: StepExits): InvokeConfig => ({
  id: step.id.value,
  src: step.kind,
  input: { step: step.id.value },
  onDone: [leaveBy(step, 'complete', context)],
  onError: faultRoutes(step, context),
})

/**
 * Lowers a step whose outcome comes from outside the run: a person's decision, an event. Its `timeout` covers the whole
 * wait.
 */
export const lowerAnswered = (step: Step, context: StepExits): StateConfig => ({
  ...lowerEffect(step, context),
  ...deadline(step, context),
})

/** Deadline of steps whose `timeout` covers all their attempts. */
export const deadline = (step: Step, context: StepExits): Pick<StateConfig, 'after'> =>
  step.timeoutMs === undefined
    ? {}
    : { after: { [nameDelay(step.id.value, step.timeoutMs)]: faultRoutes(step, context, 'timeout') } }

/** Milliseconds, or the name under which linking gives the delay of an expression. */
const nameDelay = (id: string, timeout: Bound): string =>
  isComputed(timeout) ? toTimeoutDelay(id) : String(timeout.value)

/** Name of the delay of a timeout that an expression gives. */
export const toTimeoutDelay = (id: string): string => `${id}--timeout`

/** Lowers a durable pause, whose deadline the host keeps: entering the step gives `{ kind: 'wait', delayMs }`. */
export const lowerPause = (step: Step, context: StepExits): StateConfig => ({
  ...lowerEntry(step, context),
  after: {
    [step.id.value]: [leaveBy(step, 'complete', context)],
    ...deadline(step, context).after,
  },
})

/** Lowers a step that is over as soon as it is entered. */
export const lowerEntry = (step: Step, context: StepExits): StateConfig => ({
  id: step.id.value,
  ...describe(step),
  entry: [record({ op: 'enter', step: step.id.value })],
  always: entryRoutes(step, context),
})

/** Returns the ways out of a step that does not run: skipped, or its expressions failed. */
export const entryRoutes = (step: Step, context: StepExits): TransitionConfig[] => {
  const id = step.id.value
  const skip = step.when && {
    ...leaveBy(step, 'skip', context),
    guard: when({ step: id, is: 'skipped', expression: `!(${step.when.text})` }),
  }
  const faulted = faultRoutes(step, context).map((route) => ({
    ...route,
    guard: when({ step: id, is: 'faulted', ...codeOf(route) }),
  }))
  return [...(skip === undefined ? [] : [skip]), ...faulted]
}

const codeOf = ({ guard }: TransitionConfig): { code?: string } =>
  guard?.params.is === 'fault' ? { code: guard.params.code } : {}

export const describe = (step: Step): { description?: string; meta: { kind: string } } => ({
  ...(step.description === undefined ? {} : { description: step.description.value }),
  meta: { kind: step.kind },
})
