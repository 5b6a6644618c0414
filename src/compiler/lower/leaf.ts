/** Steps that hold no other steps: one state each. */
import type { FailStep, Step, WaitStep } from '../document.ts'
import { faultRoutes, leaveBy, type StepSurroundings } from './exit.ts'
import { type InvokeConfig, record, type StateConfig, type TransitionConfig, when } from './state-config.ts'

/** A step that the host performs: one state with one invoke. */
export const lowerEffect = (step: Step, context: StepSurroundings): StateConfig => ({
  ...lowerEntry(step, context),
  invoke: invoke(step, context),
})

export const invoke = (step: Step, context: StepSurroundings): InvokeConfig => ({
  id: step.id.value,
  src: step.kind,
  input: { step: step.id.value },
  onDone: [leaveBy(step, 'complete', context)],
  onError: [...retryRoute(step), ...faultRoutes(step, context)],
})

/** A step whose outcome comes from outside the run: a person's decision, an event. Its `timeout` is of the whole. */
export const lowerAnswered = (step: Step, context: StepSurroundings): StateConfig => ({
  ...lowerEffect(step, context),
  ...deadline(step, context),
})

/** Of steps whose `timeout` is of the whole, their tries included. */
export const deadline = (step: Step, context: StepSurroundings): Pick<StateConfig, 'after'> =>
  step.timeoutMs === undefined
    ? {}
    : { after: { [String(step.timeoutMs.value)]: faultRoutes(step, context, 'timeout') } }

/** A durable pause: a deadline that the host keeps. */
export const lowerWait = (step: WaitStep, context: StepSurroundings): StateConfig => ({
  ...lowerEntry(step, context),
  after: {
    [step.id.value]: [leaveBy(step, 'complete', context)],
    ...deadline(step, context).after,
  },
})

/** Entering it is its fault. */
export const lowerFail = (step: FailStep, context: StepSurroundings): StateConfig => lowerEntry(step, context)

const lowerEntry = (step: Step, context: StepSurroundings): StateConfig => ({
  id: step.id.value,
  ...describe(step),
  entry: [record({ op: 'enter', step: step.id.value })],
  always: entryRoutes(step, context),
})

/** The ways out of a step that does not run: skipped, or its expressions failed. */
export const entryRoutes = (step: Step, context: StepSurroundings): TransitionConfig[] => {
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

/** The route of a fault that the step's own `retry` may take up: blocks and foreach; elsewhere the attempts are the host's. */
export const retryRoute = (step: Step): TransitionConfig[] =>
  step.retry === undefined || !isBlock(step)
    ? []
    : [
        {
          target: `#${step.id.value}--backoff`,
          guard: when({ step: step.id.value, is: 'retried' }),
          actions: [record({ op: 'back_off', step: step.id.value })],
        },
      ]

const BLOCK_KINDS: readonly string[] = ['do', 'switch', 'parallel', 'foreach', 'loop'] satisfies Step['kind'][]

/** Steps whose `timeout`, `retry` and `on_error` belong to the machine and not to the supervision of attempts. */
const isBlock = (step: Step): boolean => BLOCK_KINDS.includes(step.kind)

export const describe = (step: Step): { description?: string; meta: { kind: string } } => ({
  ...(step.description === undefined ? {} : { description: step.description.value }),
  meta: { kind: step.kind },
})
