/**
 * Blocks: steps that hold other steps. Each is a compound state `ID` with, where it needs them, states of its own beside
 * those of its steps: `ID--enter` (does it run at all?), `ID--backoff` (before its next try), `ID--caught` (a fault of
 * a step inside arrived: try again, go on, or pass it outwards).
 */
import type { DoStep, ForeachStep, LoopStep, ParallelStep, Step, SwitchStep } from '../document.ts'
import type { LoopVerdict } from '../machine-context.ts'
import { faultRoutes, jump, leaveBy, type StepSurroundings, type Surroundings, toTarget } from './exit.ts'
import { deadline, describe, entryRoutes, invoke, lowerEffect, retryRoute } from './leaf.ts'
import { type GuardConfig, record, type StateConfig, type TransitionConfig, when } from './state-config.ts'

export type LowerList = (steps: readonly Step[], around: Surroundings) => Record<string, StateConfig>

export interface BlockContext extends StepSurroundings {
  lowerList: LowerList
}

export const lowerDo = (step: DoStep, context: BlockContext): StateConfig =>
  frame(step, context, {
    first: firstOf(step.steps),
    states: context.lowerList(step.steps, inside(step, context)),
  })

export const lowerForeach = (step: ForeachStep, context: BlockContext): StateConfig => {
  if (step.retry === undefined) return { ...lowerEffect(step, context), ...deadline(step, context) }
  const body = `${step.id.value}--items`
  return frame(step, context, { first: body, states: { [body]: { id: body, invoke: invoke(step, context) } } })
}

export const lowerLoop = (step: LoopStep, context: BlockContext): StateConfig => {
  const id = step.id.value
  const test = `${id}--test`
  const first = firstOf(step.steps)
  const { fault } = inside(step, context)
  const verdict = (is: LoopVerdict): GuardConfig =>
    when({ step: id, is: 'verdict', verdict: is, ...(is === 'stop' ? { expression: testText(step) } : {}) })
  return frame(step, context, {
    first: step.test.kind === 'until' ? first : test,
    states: {
      ...context.lowerList(step.steps, { exit: { target: toTarget(test), actions: [] }, fault }),
      [test]: {
        id: test,
        entry: [record({ op: 'test', step: id })],
        always: [
          { ...leaveBy(step, 'complete', context), guard: verdict('stop') },
          { target: toTarget(first), guard: verdict('again') },
          ...(step.onMax === 'continue'
            ? [{ ...leaveBy(step, 'complete', context), guard: verdict('exhausted') }]
            : []),
          ...faultOf(step, context),
        ],
      },
    },
  })
}

export const lowerSwitch = (step: SwitchStep, context: BlockContext): StateConfig => {
  const id = step.id.value
  const states: Record<string, StateConfig> = {}
  const choices = step.cases.map(({ when: condition, then }, index): TransitionConfig => {
    const guard = when({ step: id, is: 'case', index, expression: condition?.text ?? 'else' })
    if (then.kind === 'next') return { ...jump(step, then.next.value, context.places), guard }
    if (then.kind === 'continue') return { ...leaveBy(step, 'complete', context), guard }
    const branch = `${id}--case-${index + 1}`
    states[branch] = {
      id: branch,
      initial: firstOf(then.steps),
      states: context.lowerList(then.steps, inside(step, context)),
    }
    return { target: toTarget(branch), guard }
  })
  const none = { ...leaveBy(step, 'complete', context), guard: when({ step: id, is: 'case', index: -1 }) }
  return frame(step, context, { choices: [...choices, none], states })
}

export const lowerParallel = (step: ParallelStep, context: BlockContext): StateConfig => {
  const id = step.id.value
  const running = `${id}--branches`
  const tolerant = step.join.kind !== 'all'
  const branches = step.branches.map(({ name, steps }): [string, StateConfig] => {
    const branch = `${id}--branch-${name.value}`
    const ended = (how: 'completed' | 'failed') => ({
      target: toTarget(`${branch}--${how}`),
      actions: [record({ op: 'branch', step: id, branch: name.value, ended: how })],
      through: [],
    })
    const fault = tolerant ? ended('failed') : inside(step, context).fault
    const final = (how: string): StateConfig => ({ id: `${branch}--${how}`, type: 'final' })
    const states = {
      ...context.lowerList(steps, { exit: ended('completed'), fault }),
      [`${branch}--completed`]: final('completed'),
      ...(tolerant ? { [`${branch}--failed`]: final('failed') } : {}),
    }
    return [branch, { id: branch, initial: firstOf(steps), states }]
  })
  return frame(step, context, {
    first: running,
    states: {
      [running]: {
        id: running,
        type: 'parallel',
        states: Object.fromEntries(branches),
        always: [
          { ...leaveBy(step, 'complete', context), guard: when({ step: id, is: 'joined' }) },
          ...(tolerant ? guarded(faultOf(step, context), when({ step: id, is: 'unjoinable' })) : []),
        ],
      },
    },
  })
}

/** What lies around the steps inside a block: its end is the block's end, its faults are the block's. */
const inside = (step: Step, context: StepSurroundings): Surroundings => {
  const id = step.id.value
  const { target, actions } = leaveBy(step, 'complete', context)
  const outer = context.around.fault
  const fault = isCatching(step)
    ? { target: toTarget(`${id}--caught`), actions: [], through: [], handler: id }
    : { ...outer, through: [id, ...outer.through] }
  return { exit: { target, actions: actions ?? [] }, fault }
}

type Body = { states: Record<string, StateConfig> } & ({ first: string } | { choices: TransitionConfig[] })

const frame = (step: Step, context: StepSurroundings, body: Body): StateConfig => {
  const id = step.id.value
  const enter = `${id}--enter`
  const gated = 'choices' in body || step.when !== undefined || step.maxVisits !== undefined || step.retry !== undefined
  const entered = { entry: [record({ op: 'enter', step: id })] }
  const onward = 'choices' in body ? body.choices : [{ target: toTarget(body.first) }]
  const gate = { id: enter, ...entered, always: [...entryRoutes(step, context), ...onward] }
  return {
    id,
    ...describe(step),
    ...(gated ? {} : entered),
    initial: gated ? enter : (body as { first: string }).first,
    ...deadline(step, context),
    states: {
      ...(gated ? { [enter]: gate } : {}),
      ...body.states,
      ...catching(step, context),
      ...backoff(step, enter),
    },
  }
}

const isCatching = (step: Step): boolean => step.retry !== undefined || step.onError !== undefined

const catching = (step: Step, context: StepSurroundings): Record<string, StateConfig> => {
  const caught = `${step.id.value}--caught`
  if (!isCatching(step) || step.kind === 'foreach') return {}
  return { [caught]: { id: caught, always: faultOf(step, context) } }
}

const backoff = (step: Step, enter: string): Record<string, StateConfig> => {
  const waiting = `${step.id.value}--backoff`
  return step.retry === undefined
    ? {}
    : { [waiting]: { id: waiting, after: { [waiting]: [{ target: toTarget(enter) }] } } }
}

/** The routes of a fault of the block itself, its own retry first. */
const faultOf = (step: Step, context: StepSurroundings): TransitionConfig[] => [
  ...retryRoute(step),
  ...faultRoutes(step, context),
]

/** All of these under one more condition; where a route has a guard of its own, the state it stands in implies the condition. */
const guarded = (routes: TransitionConfig[], guard: GuardConfig): TransitionConfig[] =>
  routes.map((route) => ({ ...route, guard: route.guard ?? guard }))

const testText = ({ test }: LoopStep): string =>
  test.kind === 'until' ? test.expression.text : `!(${test.expression.text})`

const firstOf = (steps: readonly Step[]): string => steps[0]?.id.value ?? ''
