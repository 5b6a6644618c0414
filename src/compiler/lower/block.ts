/**
 * Blocks: steps that hold other steps. Each is a compound state `ID` with, if needed, states of its own beside those of
 * its steps: `ID--enter` (decides whether the block runs), `ID--backoff` (waits before the next attempt), `ID--caught`
 * (a fault of a step inside arrived: retry, continue, or pass it outwards).
 */
import { isComputed } from '../bound.ts'
import type { Step } from '../document.ts'
import { faultRoutes, type ListExits, leaveBy, type StepExits, toTarget } from './exit.ts'
import { deadline, describe, entryRoutes } from './leaf.ts'
import { record, type StateConfig, type TransitionConfig, when } from './state-config.ts'

export type LowerList = (steps: readonly Step[], around: ListExits) => Record<string, StateConfig>

export interface BlockContext extends StepExits {
  lowerList: LowerList
}

/** Exits of the steps inside a block: their end is the block's end, their faults are the block's. */
export const inside = (step: Step, context: StepExits): ListExits => {
  const id = step.id.value
  const { target, actions } = leaveBy(step, 'complete', context)
  const outer = context.around.fault
  const fault = isCatching(step)
    ? { target: toTarget(`${id}--caught`), actions: [], through: [], handler: id }
    : { ...outer, through: [id, ...outer.through] }
  return { exit: { target, actions: actions ?? [] }, fault }
}

/**
 * `catches`: false where no fault of a step inside arrives at the block. Default: true. `mayFail`: entering the block evaluates
 * expressions of its kind, which may fail.
 */
type BlockStates = { states: Record<string, StateConfig>; catches?: false; mayFail?: boolean } & (
  | { first: string }
  | { choices: TransitionConfig[] }
)

/** Wraps the states of a block in its own: `when`, `max_visits`, `timeout`, `retry` and `on_error`. */
export const frame = (step: Step, context: StepExits, body: BlockStates): StateConfig => {
  const id = step.id.value
  const enter = `${id}--enter`
  // A delay is computed when the state of the whole block is entered: its timeout must have been evaluated by then.
  const enteredFirst = isComputed(step.timeoutMs)
  const gated = 'choices' in body || body.mayFail === true || enteredFirst || isConditional(step)
  const entered = { entry: [record({ op: 'enter', step: id })] }
  const onward = 'choices' in body ? body.choices : [{ target: toTarget(body.first) }]
  const gate = { id: enter, ...(enteredFirst ? {} : entered), always: [...entryRoutes(step, context), ...onward] }
  return {
    id,
    ...describe(step),
    ...(gated && !enteredFirst ? {} : entered),
    initial: gated ? enter : (body as { first: string }).first,
    ...deadline(step, context),
    states: {
      ...(gated ? { [enter]: gate } : {}),
      ...body.states,
      ...(body.catches === false ? {} : catching(step, context)),
      ...backoff(step, { target: toTarget(enter), ...(enteredFirst ? { actions: entered.entry } : {}) }),
    },
  }
}

const isConditional = ({ when, maxVisits, retry }: Step): boolean =>
  when !== undefined || maxVisits !== undefined || retry !== undefined

const isCatching = (step: Step): boolean => step.retry !== undefined || step.onError !== undefined

const catching = (step: Step, context: StepExits): Record<string, StateConfig> => {
  const caught = `${step.id.value}--caught`
  if (!isCatching(step)) return {}
  return { [caught]: { id: caught, always: faultOf(step, context) } }
}

const backoff = (step: Step, again: TransitionConfig): Record<string, StateConfig> => {
  const waiting = `${step.id.value}--backoff`
  return step.retry === undefined ? {} : { [waiting]: { id: waiting, after: { [waiting]: [again] } } }
}

/** Routes of a fault of the block itself, its own retry first. */
export const faultOf = (step: Step, context: StepExits): TransitionConfig[] => {
  const id = step.id.value
  const routes = faultRoutes(step, context)
  if (step.retry === undefined) return routes
  // Only of blocks: attempts of other steps belong to the host.
  const actions = [record({ op: 'back_off', step: id })]
  return [{ target: toTarget(`${id}--backoff`), guard: when({ step: id, is: 'retried' }), actions }, ...routes]
}

export const firstOf = (steps: readonly Step[]): string => steps[0]?.id.value ?? ''
