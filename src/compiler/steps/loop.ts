import { countOf } from '../../core/count.ts'
import { type Bound, fixedBound, isComputed } from '../bound.ts'
import { pointsOf } from '../check/flow-builder.ts'
import type { ExpressionText, Step, StepCommon } from '../document.ts'
import { compileExpression } from '../expression/compile-expression.ts'
import { checkExclusive, exactlyOneOf } from '../grammar/exclusive-keys.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import {
  type Fields,
  type FromScalar,
  hintMap,
  type PartialOf,
  readFields,
  toObjectSchema,
} from '../grammar/record-shape.ts'
import { integer, word } from '../grammar/scalar-shape.ts'
import type { ShapePlace } from '../grammar/shape.ts'
import { reportMismatch, type Shape } from '../grammar/shape.ts'
import { expression, orComputed } from '../grammar/value-shape.ts'
import { createBindings } from '../link/bindings.ts'
import { enterBlock, toCondition } from '../link/entry.ts'
import { lastOutput } from '../link/linked-step.ts'
import { type BlockContext, faultOf, firstOf, frame, inside } from '../lower/block.ts'
import { leaveBy, toTarget } from '../lower/exit.ts'
import { type GuardConfig, record, type StateConfig, when } from '../lower/state-config.ts'
import type { LoopVerdict } from '../machine-context.ts'
import { createUnknownExpression } from '../read/expression-text.ts'
import { findEntry, type YamlMap } from '../read/yaml-node.ts'
import type { StepDescriptor } from './step-descriptor.ts'
import { boundText, expressionText } from './wording.ts'

export interface LoopStep extends StepCommon {
  kind: 'loop'
  test: { kind: 'until' | 'while'; expression: ExpressionText }
  max: Bound
  onMax: 'fail' | 'continue'
  steps: Step[]
}

declare module '../document.ts' {
  interface StepKinds {
    loop: LoopStep
  }
}

const ON_MAX_FIELD = {
  key: 'on_max',
  shape: word('fail', 'continue'),
  doc: 'What reaching `max` leads to: the fault `loop_exhausted`, or the next step.',
  default: 'fail',
} as const

const LOOP_FIELDS = {
  until: { shape: expression, doc: 'A condition, tested after each iteration. Excludes `while`.' },
  while: { shape: expression, doc: 'A condition, tested before each iteration. Excludes `until`.' },
  max: { shape: orComputed(integer({ minimum: 1 })), doc: 'The most iterations.', required: true },
  onMax: ON_MAX_FIELD,
} as const satisfies Fields

const LOOP = 'a map with until or while, and max'

const toBoundedLoop: FromScalar = (value) => (typeof value === 'number' ? `{ until: …, max: ${value} }` : undefined)

const adviseEnd = (node: YamlMap): string => {
  const max = findEntry(node, 'max')?.value
  const times = max?.kind === 'scalar' && typeof max.value === 'number' ? max.value : 3
  return `add the condition that ends it as \`until:\`; to repeat a fixed number of times write until: iter.count == ${times}`
}

/** Reads what can be read of it, so that the steps in the loop are still checked. */
const loopRecord: Shape<PartialOf<typeof LOOP_FIELDS>> = {
  expected: LOOP,
  read(node, place) {
    if (node.kind !== 'map')
      return reportMismatch(node, place, { expected: LOOP, hint: hintMap(node, place, toBoundedLoop) })
    const { reading } = place
    checkExclusive(node, ['until', 'while'], { owner: 'a loop', required: true, advice: adviseEnd(node), reading })
    return readFields(node, LOOP_FIELDS, place, { owner: 'a loop' }).values
  },
  toJsonSchema: (definitions) => ({
    ...toObjectSchema(LOOP_FIELDS, definitions),
    ...exactlyOneOf('until', 'while'),
  }),
}

const createFields = (steps: Shape<Step[]>) =>
  ({
    loop: { shape: loopRecord, doc: '`{ until | while, max }`.', required: true },
    onMax: ON_MAX_FIELD,
    steps: { key: 'do', shape: steps, doc: 'The steps of one iteration.', required: true },
  }) as const satisfies Fields

export const loop: StepDescriptor<'loop'> = {
  grammar: (steps) =>
    defineGrammar({
      owner: 'a loop step',
      doc: "Repeats its steps until, or while, a condition holds. Output: of the last iteration's last step.",
      fields: createFields(steps),
      foreign: ['while', 'until', 'repeat'],
      check: checkOnMax,
      build: ({ loop = {}, onMax = loop.onMax, steps: body }, common): LoopStep | undefined => {
        if (body === undefined) return undefined
        const max: Bound = loop.max ?? { value: 1, range: common.kindRange }
        const test = toTest(loop, common.kindRange.start)
        return { ...common, kind: 'loop', test, max, onMax: onMax?.value ?? 'fail', steps: body }
      },
    }),
  check: ({ test }, { inside }, { expressions }) => expressions.condition(test.expression, test.kind, inside),
  bounds: ({ max }) => ({ max }),
  // A loop ends at its test, which `while` reaches before the first iteration.
  outputType: (_, { indexed, lastOutput, test }) => lastOutput(indexed.lists[0], test),
  conditions: ({ test }) => [test.expression],
  lower: (step, context) => lowerLoop(step, context),
  start: () => undefined,
  enter: ({ test }) => enterBlock(test.kind === 'until' ? 1 : 0),
  link({ test: { kind, expression: condition }, max, steps }, { site, places }) {
    const bindings = createBindings({ ...site, atTest: true }, places)
    const test = toCondition(compileExpression(condition, bindings), kind)
    const isOver = kind === 'until' ? test : (context: Parameters<typeof test>[0]) => !test(context)
    return { output: lastOutput(steps), loop: { max: fixedBound(max), isOver } }
  },
  chart: {
    icon: 'loop',
    describe: ({ max }) => `loop, at most ${isComputed(max) ? `${boundText(max)} times` : countOf(max.value, 'time')}`,
    badges: ({ onMax }) => (onMax === 'continue' ? ['then goes on anyway'] : []),
  },
  block: {
    lists: ({ steps }) => [{ branch: '', steps }],
    flow(step, { step: indexed, perform, completed, broken }, builder) {
      const { graph } = builder
      const test = graph.add('test', indexed)
      pointsOf(builder, indexed).test = test
      const isWhile = step.test.kind === 'while'
      const around = { exit: test, exitKind: isWhile ? 'repeats' : 'flows', fault: broken } as const
      const first = builder.addList(indexed.lists[0], around)
      graph.connect(perform, isWhile ? test : first)
      graph.connect(test, first, { kind: isWhile ? 'flows' : 'repeats' })
      graph.connect(test, completed, isWhile ? { turn: { kind: 'no_iteration', step: indexed } } : {})
      graph.connect(test, broken, { kind: 'faults' })
    },
    iterations: ({ max }) => fixedBound(max),
    // The arrow leads back: an `until` that holds ends the loop.
    drawing: ({ test: { kind, expression: condition } }) => ({
      kind: 'loop',
      label: `${kind === 'until' ? 'unless' : 'while'} ${expressionText(condition)}`,
    }),
  },
}

const checkOnMax = (node: YamlMap, { reading }: ShapePlace): void => {
  const inner = findEntry(node, 'loop')?.value
  const twice = inner?.kind === 'map' ? findEntry(inner, 'on_max') : undefined
  if (twice === undefined || findEntry(node, 'on_max') === undefined) return
  reading.diagnostics.error('excluded_keys', twice.key.range, "'on_max' stands twice in a loop step", 'remove one')
}

const toTest = ({ until, while: during }: PartialOf<typeof LOOP_FIELDS>, start: number): LoopStep['test'] =>
  during === undefined
    ? { kind: 'until', expression: until ?? createUnknownExpression(start) }
    : { kind: 'while', expression: during }

const lowerLoop = (step: LoopStep, context: BlockContext): StateConfig => {
  const id = step.id.value
  const test = `${id}--test`
  const first = firstOf(step.steps)
  const { fault } = inside(step, context)
  const verdict = (is: LoopVerdict): GuardConfig =>
    when({ step: id, is: 'verdict', verdict: is, ...(is === 'stop' ? { expression: testText(step) } : {}) })
  return frame(step, context, {
    first: step.test.kind === 'until' ? first : test,
    mayFail: isComputed(step.max),
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

const testText = ({ test }: LoopStep): string =>
  test.kind === 'until' ? test.expression.text : `!(${test.expression.text})`
