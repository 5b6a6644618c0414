import { countOf } from '../../core/count.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { type BlockFrame, type FlowBuilder, rangesBeside } from '../check/flow-builder.ts'
import { settledOf } from '../check/known-types.ts'
import type { IndexedStep } from '../check/step-index.ts'
import { correct } from '../correction.ts'
import type { Located, Step, StepCommon } from '../document.ts'
import { NULL, objectOf, type Type, unionOf } from '../expression/type.ts'
import { mapOf } from '../grammar/collection-shape.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import { type Fields, record as recordOf } from '../grammar/record-shape.ts'
import { integer, snakeCase, word } from '../grammar/scalar-shape.ts'
import { byForm, mapped, type Shape, type ShapePlace } from '../grammar/shape.ts'
import { enterBlock } from '../link/entry.ts'
import { lastOutput } from '../link/linked-step.ts'
import { type BlockContext, faultOf, firstOf, frame, inside } from '../lower/block.ts'
import { leaveBy, toTarget } from '../lower/exit.ts'
import { type GuardConfig, record, type StateConfig, type TransitionConfig, when } from '../lower/state-config.ts'
import type { BranchEnd } from '../machine-context.ts'
import type { YamlMap } from '../read/yaml-node.ts'
import type { LinkedParts, OutputContext, StepDescriptor } from './step-descriptor.ts'

export interface ParallelStep extends StepCommon {
  kind: 'parallel'
  branches: Branch[]
  join: Join
}

interface Branch {
  name: Located<string>
  steps: Step[]
}

/** Which branches must complete. `settled`: none, but all must end. */
type Join = { kind: 'all' | 'any' | 'settled' } | { kind: 'at_least'; count: Located<number> }

declare module '../document.ts' {
  interface StepKinds {
    parallel: ParallelStep
  }
}

const MAX_BRANCHES = 16

const branchesOf = (steps: Shape<Step[]>): Shape<Branch[]> => {
  const entries = mapOf(snakeCase, steps, { expected: 'a map from branch names to lists of steps', minimum: 1 })
  const shape = mapped(entries, (read) => read.map(({ key, value }): Branch => ({ name: key, steps: value })))
  return {
    ...shape,
    read(node, place) {
      if (node.kind === 'map' && node.entries.length > MAX_BRANCHES) reportTooManyBranches(node, place)
      return shape.read(node, place)
    },
    toJsonSchema: (definitions) => ({ ...shape.toJsonSchema(definitions), maxProperties: MAX_BRANCHES }),
  }
}

const reportTooManyBranches = (node: YamlMap, place: ShapePlace): void =>
  place.reading.diagnostics.error(
    'too_many_branches',
    node.entries[MAX_BRANCHES]?.key.range ?? node.range,
    `'parallel' has too many branches: expected at most ${MAX_BRANCHES}, got ${node.entries.length}`,
    'use `foreach` with `concurrency` for wide work',
  )

const AT_LEAST_FIELDS = {
  count: { key: 'at_least', shape: integer({ minimum: 1 }), doc: 'How many branches must complete.', required: true },
} as const satisfies Fields

const joinShape: Shape<Join> = byForm('all, any, settled or { at_least: 2 }', {
  scalar: mapped(word('all', 'any', 'settled'), ({ value }): Join => ({ kind: value })),
  map: mapped(recordOf('a join', AT_LEAST_FIELDS), ({ count }): Join => ({ kind: 'at_least', count })),
})

const createFields = (steps: Shape<Step[]>) =>
  ({
    branches: {
      key: 'parallel',
      shape: branchesOf(steps),
      doc: 'A map from branch names to lists of steps.',
      required: true,
    },
    join: {
      shape: joinShape,
      doc: 'How many branches must complete: `all`, `any` or `{ at_least: 2 }`. The others are cancelled then. `settled`: every branch runs to its end, and its output is `{ ok, value }` or `{ ok, error }`.',
      default: 'all',
    },
  }) as const satisfies Fields

const ALL_BRANCHES: Join = { kind: 'all' }

export const parallel: StepDescriptor<'parallel'> = {
  grammar: (steps) =>
    defineGrammar({
      owner: 'a parallel step',
      doc: 'Branches that run at the same time, at most 16. Output: branch → its last output.',
      fields: createFields(steps),
      build: ({ branches, join = ALL_BRANCHES }, common): ParallelStep | undefined =>
        branches && { ...common, kind: 'parallel', branches, join },
    }),
  check({ id, join, branches, retry }, _, { diagnostics }) {
    if (join.kind === 'settled' && retry !== undefined) {
      const message = `'retry' of '${id.value}' has nothing to retry: with join: settled no fault of a branch is its own`
      diagnostics.warning('needless_retry', retry.range, message, 'move it to the steps in the branches')
    }
    if (join.kind !== 'at_least' || join.count.value <= branches.length) return
    const { value, range } = join.count
    const message = `'at_least' can't be met: expected at most ${branches.length}, the number of branches, got ${value}`
    const hint = `write at_least: ${branches.length}, or join: all to wait for every branch`
    diagnostics.error('impossible_join', range, message, correct(hint, { ...range, text: `${branches.length}` }))
  },
  outputType: (step, context) => branchTypes(step, context),
  lower: (step, context) => lowerParallel(step, context),
  start: () => undefined,
  enter: () => enterBlock(0),
  link: (step) => ({
    output: compileOutput(step),
    join: { of: step.branches.length, needed: countNeeded(step), isSettled: step.join.kind === 'settled' },
  }),
  chart: { icon: 'parallel', describe: ({ join }) => `parallel, ${joinText(join)}` },
  block: {
    lists: ({ branches }) => branches.map(({ name, steps }) => ({ branch: name.value, steps })),
    flow: (step, frame, builder) => addFlow(step, frame, builder),
    cancelsBeside: true,
    drawing: () => ({ kind: 'branches' }),
  },
}

/** Returns how many branches must complete, or if the join is settled, end. */
const countNeeded = ({ branches, join }: ParallelStep): number => {
  if (join.kind === 'at_least') return join.count.value
  return join.kind === 'any' ? 1 : branches.length
}

const branchTypes = (step: ParallelStep, { indexed: { lists }, lastOutput }: OutputContext): Type => {
  const isWhole = countNeeded(step) >= lists.length
  const branches = lists.map((list): [string, Type] => {
    const output = lastOutput(list)
    if (step.join.kind === 'settled') return [list.branch, settledOf(output)]
    return [list.branch, isWhole ? output : unionOf([output, NULL])]
  })
  return objectOf(Object.fromEntries(branches))
}

const addFlow = (step: ParallelStep, { step: indexed, ...frame }: BlockFrame, builder: FlowBuilder): void => {
  const { graph } = builder
  const { lists } = indexed
  const needs = countNeeded(step)
  const isWhole = needs >= lists.length
  const steps = { from: indexed.number + 1, to: indexed.end }
  // With fewer than all it is open which branches ended, so that nothing in them is certain.
  const join = graph.add('join', indexed, { needs, effect: isWhole ? {} : { clears: [steps] } })
  for (const list of lists) {
    const start = graph.add('branch_start', indexed, { effect: { clears: rangesBeside(list, indexed) } })
    const ended = graph.add('list_end', indexed)
    graph.connect(frame.perform, start)
    const fault = step.join.kind === 'settled' ? graph.add('branch_failed', indexed) : frame.broken
    if (fault !== frame.broken) graph.connect(fault, ended, { turn: { kind: 'settled', step: indexed } })
    graph.connect(start, builder.addList(list, { exit: ended, fault }))
    graph.connect(ended, join, { kind: performsInside(indexed, builder) ? 'performs' : 'flows' })
  }
  graph.connect(join, frame.completed)
}

/** Some step inside, at any depth, is no mere arrangement of others. */
const performsInside = ({ lists }: IndexedStep, builder: FlowBuilder): boolean =>
  lists.some(({ steps }) => steps.some((step) => builder.performs(step) || performsInside(step, builder)))

const lowerParallel = (step: ParallelStep, context: BlockContext): StateConfig => {
  const id = step.id.value
  const running = `${id}--branches`
  const isTolerant = step.join.kind !== 'all'
  const branches = step.branches.map(({ name, steps }): [string, StateConfig] => {
    const branch = `${id}--branch-${name.value}`
    const ended = (how: 'completed' | 'failed') => ({
      target: toTarget(`${branch}--${how}`),
      actions: [record({ op: 'branch', step: id, branch: name.value, ended: how })],
      through: [],
    })
    const fault = isTolerant ? ended('failed') : inside(step, context).fault
    const final = (how: string): StateConfig => ({ id: `${branch}--${how}`, type: 'final' })
    const states = {
      ...context.lowerList(steps, { exit: ended('completed'), fault }),
      [`${branch}--completed`]: final('completed'),
      ...(isTolerant ? { [`${branch}--failed`]: final('failed') } : {}),
    }
    return [branch, { id: branch, initial: firstOf(steps), states }]
  })
  const always = [
    { ...leaveBy(step, 'complete', context), guard: when({ step: id, is: 'joined' }) },
    ...(isTolerant && step.join.kind !== 'settled'
      ? guarded(faultOf(step, context), when({ step: id, is: 'unjoinable' }))
      : []),
  ]
  const states = { [running]: { id: running, type: 'parallel' as const, states: Object.fromEntries(branches), always } }
  return frame(step, context, { first: running, states })
}

/** Puts routes under one more condition; where a route has a guard of its own, the state it stands in implies the condition. */
const guarded = (routes: TransitionConfig[], guard: GuardConfig): TransitionConfig[] =>
  routes.map((route) => ({ ...route, guard: route.guard ?? guard }))

const compileOutput = (step: ParallelStep): LinkedParts['output'] => {
  const outputs = step.branches.map(({ name, steps }) => [name.value, lastOutput(steps)] as const)
  const toResult = step.join.kind === 'settled' ? toSettled : toJoined
  return (context) => {
    const entered = context.steps[step.id.value]?.entered
    const ended = entered?.kind === 'block' ? entered.ended : undefined
    const output: JsonObject = {}
    for (const [name, last] of outputs) output[name] = toResult(ended?.[name], () => last(context))
    return output
  }
}

/** A cancelled branch gives null, not the output of an earlier visit. */
const toJoined = (end: BranchEnd | undefined, value: () => JsonValue): JsonValue =>
  end === 'completed' ? value() : null

const toSettled = (end: BranchEnd | undefined, value: () => JsonValue): JsonValue =>
  typeof end === 'object' ? { ok: false, error: end.error } : { ok: true, value: value() }

const JOIN_TEXTS = {
  all: 'waits for all branches',
  any: 'first branch wins',
  settled: 'waits for all branches, failed ones too',
} as const

const joinText = (join: Join): string =>
  join.kind === 'at_least' ? `waits for ${countOf(join.count.value, 'branch', 'branches')}` : JOIN_TEXTS[join.kind]
