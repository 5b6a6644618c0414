/** Transitions out of a step that ends, is skipped or fails, computed from its place. */
import { FINISHED, toCompensation } from '../../core/machine-ends.ts'
import { errorCases } from '../check/jumps.ts'
import type { Step } from '../document.ts'
import type { StepPlace } from '../step-place.ts'
import {
  type ActionConfig,
  type FailParams,
  OUTPUT,
  record,
  type StateConfig,
  type TransitionConfig,
  when,
} from './state-config.ts'

/** Exits of a list of steps. */
export interface ListExits {
  /** Taken after the last step of the list. */
  exit: Exit
  /** Taken by a fault that no step of the list handles. */
  fault: FaultExit
}

interface Exit {
  target: string
  actions: ActionConfig[]
}

interface FaultExit extends Exit {
  /** The blocks that fail as well, innermost first. */
  through: string[]
  /** The block whose state `--caught` the fault reaches. */
  handler?: string
}

export type Places = ReadonlyMap<string, StepPlace>

export const toTarget = (id: string): string => `#${id}`

/**
 * Returns the transition of a step that has ended in this way. It writes the step's own record first, then those of the
 * blocks it ends.
 */
export const leaveBy = (step: Step, op: 'complete' | 'skip', context: StepExits): TransitionConfig => {
  const { target, actions, leaves } = findOnward(step, context)
  return {
    ...toTransition(step, target),
    actions: [record({ op, step: step.id.value, ...leaving(leaves) }), ...actions],
  }
}

export interface StepExits {
  places: Places
  around: ListExits
}

/** Returns the transition of `next` or of a switch case: to a step or to the end. */
export const jump = (step: Step, target: string, places: Places): TransitionConfig => ({
  ...toTransition(step, targetOf(target, step, places)),
  actions: [record({ op: 'complete', step: step.id.value, ...leaving(blocksLeft(step, target, places)) })],
})

/**
 * Returns the transitions of a fault of `step`, in the order in which they are tried: its `on_error` cases, then its
 * surroundings. With `code` the fault is known (a block's timeout), and only the matching transition is returned. Where a case has a
 * condition, the one transition leads to the state that judges the fault.
 */
export const faultRoutes = (step: Step, context: StepExits, code?: string): TransitionConfig[] => {
  if (isJudging(step)) return [toJudgement(step, code)]
  const cases = errorCases(step).map(({ code, action }) => ({ code: code?.value, action: action.value }))
  const chosen =
    code === undefined ? cases : cases.filter((one) => one.code === code || one.code === undefined).slice(0, 1)
  const routes = chosen.map(({ code: matched, action }) => ({
    ...toErrorTransition(step, action, { ...context, code }),
    ...(matched === undefined || code !== undefined
      ? {}
      : { guard: when({ step: step.id.value, is: 'fault', code: matched }) }),
  }))
  return routes.some(({ guard }) => guard === undefined) ? routes : [...routes, unhandled(step, context, code)]
}

/** True if a state of its own decides which case of `on_error` takes a fault. */
export const isJudging = (step: Step): boolean =>
  compensates(step) || errorCases(step).some(({ when }) => when !== undefined)

/** True for a block whose steps are undone when its `on_error` handles a fault. */
export const compensates = (step: Step): boolean => step.compensate?.value === true && errorCases(step).length > 0

const toJudgement = (step: Step, code: string | undefined): TransitionConfig => ({
  target: toTarget(judgedState(step)),
  actions: [record({ op: 'judge', step: step.id.value, ...(code === undefined ? {} : { code }) })],
})

const judgedState = ({ id }: Step): string => `${id.value}--judged`

/**
 * States beside that of the step: one in which the case of `on_error` is known that takes its fault, and one in which the steps of a
 * block are undone before that case goes on. None for a step without conditions and without `compensate`.
 */
export const judgement = (step: Step, context: StepExits): Record<string, StateConfig> => {
  if (!isJudging(step)) return {}
  const id = judgedState(step)
  const cases = errorCases(step).map(({ when: condition, code, action }, index) => ({
    isHandled: action.value !== 'fail',
    route: {
      ...toErrorTransition(step, action.value, { ...context, code: undefined }),
      guard: when({ step: step.id.value, is: 'judged', index, expression: condition?.text ?? code?.value ?? 'else' }),
    },
  }))
  const handled = cases.filter(({ isHandled }) => isHandled).map(({ route }) => route)
  const undoes = compensates(step) && handled.length > 0
  const target = toTarget(toCompensation(step.id.value))
  const routes = cases.map(({ isHandled, route }) => (undoes && isHandled ? { target, guard: route.guard } : route))
  return {
    [id]: { id, always: [...routes, unhandled(step, context, undefined)] },
    ...(undoes ? compensation(step, handled) : {}),
  }
}

/** The host undoes the steps of the block one after the other. A call that fails is reported, and changes nothing else. */
const compensation = ({ id: { value: step } }: Step, onward: TransitionConfig[]): Record<string, StateConfig> => {
  const id = toCompensation(step)
  return {
    [id]: { id, meta: { kind: 'undo' }, invoke: { id, src: 'undo', input: { step }, onDone: onward, onError: onward } },
  }
}

const toErrorTransition = (
  step: Step,
  action: string,
  context: StepExits & { code: string | undefined },
): TransitionConfig => {
  if (action === 'fail') return unhandled(step, context, context.code)
  const failed = {
    op: 'fail',
    step: step.id.value,
    ...(context.code === undefined ? {} : { code: context.code }),
  } as const
  if (action === 'continue') {
    const { target, actions, leaves } = findOnward(step, context)
    return { ...toTransition(step, target), actions: [record({ ...failed, to: '', ...leaving(leaves) }), ...actions] }
  }
  const leaves = blocksLeft(step, action, context.places)
  const target = targetOf(action, step, context.places)
  return { ...toTransition(step, target), actions: [record({ ...failed, to: action, ...leaving(leaves) })] }
}

const unhandled = (step: Step, { around }: StepExits, code: string | undefined): TransitionConfig => {
  const { target, actions, through, handler } = around.fault
  const params: FailParams = { op: 'fail', step: step.id.value }
  if (code !== undefined) params.code = code
  if (through.length > 0) params.through = through
  if (handler !== undefined) params.handler = handler
  return { target, actions: [record(params), ...actions] }
}

const findOnward = (step: Step, { places, around }: StepExits): Exit & { leaves: string[] } => {
  const place = places.get(step.id.value)
  if (step.next !== undefined)
    return {
      target: targetOf(step.next.value, step, places),
      actions: [],
      leaves: blocksLeft(step, step.next.value, places),
    }
  const sibling = place?.siblings[place.index + 1]
  if (sibling !== undefined) return { target: toTarget(sibling.id.value), actions: [], leaves: [] }
  return { ...around.exit, leaves: [] }
}

/** XState does not leave a state whose own transition leads back to it, unless `reenter` is set. */
const toTransition = (step: Step, target: string): Pick<TransitionConfig, 'target' | 'reenter'> =>
  target === toTarget(step.id.value) ? { target, reenter: true } : { target }

const targetOf = (id: string, from: Step, places: Places): string =>
  toTarget(id === 'end' ? endAround(places.get(from.id.value)) : id)

/** The state that `end` leads to: the end of the machine, or of `finally` in it. */
const endAround = (place: StepPlace | undefined): string =>
  place?.isFinal && place.scopes.length === 0 ? FINISHED : OUTPUT

/**
 * Returns the blocks around `step` that a jump to `target` leaves, innermost first; never beyond the foreach body they
 * share.
 */
const blocksLeft = (step: Step, target: string, places: Places): string[] => {
  const ancestorsOf = (id: string): readonly Step[] => places.get(id)?.ancestors ?? []
  const kept = new Set(target === 'end' ? [] : ancestorsOf(target).map(({ id }) => id.value))
  const left: string[] = []
  for (const ancestor of [...ancestorsOf(step.id.value)].reverse()) {
    if (ancestor.kind === 'foreach' || kept.has(ancestor.id.value)) break
    left.push(ancestor.id.value)
  }
  return left
}

const leaving = (leaves: string[]): { leaves?: string[] } => (leaves.length === 0 ? {} : { leaves })
