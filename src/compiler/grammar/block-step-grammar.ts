/** The kinds of step that hold other steps: parallel, foreach, loop, do; switch is in switch-grammar.ts. */
import type { ForeachStep, Located, LoopStep, ParallelStep, Step } from '../document.ts'
import { createUnknownExpression } from '../read/expression-text.ts'
import { findEntry, type YamlMap } from '../read/yaml-node.ts'
import { mapOf } from './collection-shape.ts'
import { checkExclusive } from './exclusive-keys.ts'
import { type Fields, type PartialOf, readFields, record, toObjectSchema } from './record-shape.ts'
import { integer, snakeCase, word } from './scalar-shape.ts'
import { byForm, mapped, type Place, reportMismatch, type Shape } from './shape.ts'
import { type StepKindGrammar, stepKind } from './step-kind.ts'
import { createSwitchKind } from './switch-grammar.ts'
import { expression } from './value-shape.ts'

/** `steps` is the shape of a list of steps, which these kinds are themselves part of. */
export const createBlockStepKinds = (steps: Shape<Step[]>): readonly StepKindGrammar[] => [
  createSwitchKind(steps),
  createParallelKind(steps),
  createForeachKind(steps),
  createLoopKind(steps),
  createDoKind(steps),
]

const MAX_BRANCHES = 16

type Branch = ParallelStep['branches'][number]

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

const reportTooManyBranches = (node: YamlMap, place: Place): void =>
  place.reading.diagnostics.error(
    'too_many_branches',
    node.entries[MAX_BRANCHES]?.key.range ?? node.range,
    `'parallel' has too many branches: expected at most ${MAX_BRANCHES}, got ${node.entries.length}`,
    'use `foreach` with `concurrency` for wide work',
  )

const AT_LEAST_FIELDS = {
  count: { key: 'at_least', shape: integer({ minimum: 1 }), doc: 'How many branches must complete.', required: true },
} as const satisfies Fields

type Join = ParallelStep['join']

const join: Shape<Join> = byForm('all, any or { at_least: 2 }', {
  scalar: mapped(word('all', 'any'), ({ value }): Join => ({ kind: value })),
  map: mapped(record('a join', AT_LEAST_FIELDS), ({ count }): Join => ({ kind: 'at_least', count })),
})

const ALL_BRANCHES: Join = { kind: 'all' }

const createParallelKind = (steps: Shape<Step[]>): StepKindGrammar =>
  stepKind({
    kind: 'parallel',
    doc: 'Branches that run at the same time, at most 16. Output: branch → its last output.',
    fields: {
      branches: {
        key: 'parallel',
        shape: branchesOf(steps),
        doc: 'A map from branch names to lists of steps.',
        required: true,
      },
      join: {
        key: 'join',
        shape: join,
        doc: 'How many branches must complete: `all`, `any` or `{ at_least: 2 }`. The others are cancelled then.',
        default: 'all',
      },
    } as const satisfies Fields,
    build: ({ branches, join = ALL_BRANCHES }, common): ParallelStep | undefined =>
      branches && { ...common, kind: 'parallel', branches, join },
  })

const createForeachKind = (steps: Shape<Step[]>): StepKindGrammar =>
  stepKind({
    kind: 'foreach',
    doc: 'Does its steps for each item of a list. Output: a list, in input order, of what each item yields.',
    fields: {
      items: { key: 'foreach', shape: expression, doc: 'An expression for the list.', required: true },
      as: { key: 'as', shape: snakeCase, doc: 'The name of the item in expressions.', default: 'item' },
      concurrency: {
        key: 'concurrency',
        shape: integer({ minimum: 1 }),
        doc: 'How many items are in work at once.',
        default: 10,
      },
      onItemError: {
        key: 'on_item_error',
        shape: word('stop', 'skip', 'collect'),
        doc: '`stop`: a failed item fails the step. `skip`: it is left out. `collect`: each item yields `{ ok, value }` or `{ ok, error }`.',
        default: 'stop',
      },
      yields: {
        key: 'yields',
        shape: expression,
        doc: 'An expression over the steps in `do`: what an item yields. Default: the last output in `do`.',
      },
      steps: { key: 'do', shape: steps, doc: 'The steps for one item.', required: true },
    } as const satisfies Fields,
    build: ({ items, steps: body, ...fields }, common): ForeachStep | undefined => {
      if (body === undefined) return undefined
      const at = common.kindRange
      const { as = { value: 'item', range: at }, concurrency = { value: 10, range: at }, ...rest } = fields
      const onItemError: ForeachStep['onItemError'] = fields.onItemError ?? { value: 'stop', range: at }
      const list = items ?? createUnknownExpression(at.start)
      return { ...common, kind: 'foreach', ...rest, items: list, as, concurrency, onItemError, steps: body }
    },
  })

const ON_MAX_FIELD = {
  key: 'on_max',
  shape: word('fail', 'continue'),
  doc: 'What reaching `max` leads to: the fault `loop_exhausted`, or the next step.',
  default: 'fail',
} as const

const LOOP_FIELDS = {
  until: { key: 'until', shape: expression, doc: 'A condition, tested after each iteration. Excludes `while`.' },
  while: { key: 'while', shape: expression, doc: 'A condition, tested before each iteration. Excludes `until`.' },
  max: { key: 'max', shape: integer({ minimum: 1 }), doc: 'The most iterations.', required: true },
  onMax: ON_MAX_FIELD,
} as const satisfies Fields

const LOOP = 'a map with until or while, and max'

/** What can be read of it, so that the steps in the loop are still checked. */
const loopRecord: Shape<PartialOf<typeof LOOP_FIELDS>> = {
  expected: LOOP,
  read(node, place) {
    if (node.kind !== 'map') return reportMismatch(node, place, { expected: LOOP })
    const { reading } = place
    checkExclusive(node, ['until', 'while'], { owner: 'a loop', required: true, reading })
    return readFields(node, LOOP_FIELDS, place, { owner: 'a loop' }).values
  },
  toJsonSchema: (definitions) => ({
    ...toObjectSchema(LOOP_FIELDS, definitions),
    oneOf: [{ required: ['until'] }, { required: ['while'] }],
  }),
}

const createLoopKind = (steps: Shape<Step[]>): StepKindGrammar =>
  stepKind({
    kind: 'loop',
    doc: "Repeats its steps until, or while, a condition holds. Output: of the last iteration's last step.",
    fields: {
      loop: { key: 'loop', shape: loopRecord, doc: '`{ until | while, max }`.', required: true },
      onMax: ON_MAX_FIELD,
      steps: { key: 'do', shape: steps, doc: 'The steps of one iteration.', required: true },
    } as const satisfies Fields,
    check(node, { reading }) {
      const inner = findEntry(node, 'loop')?.value
      const twice = inner?.kind === 'map' ? findEntry(inner, 'on_max') : undefined
      if (twice === undefined || findEntry(node, 'on_max') === undefined) return
      reading.diagnostics.error('excluded_keys', twice.key.range, "'on_max' stands twice in a loop step", 'remove one')
    },
    build: ({ loop = {}, onMax = loop.onMax, steps: body }, common): LoopStep | undefined => {
      if (body === undefined) return undefined
      const max: Located<number> = loop.max ?? { value: 1, range: common.kindRange }
      return {
        ...common,
        kind: 'loop',
        test: toTest(loop, common.kindRange.start),
        max,
        onMax: onMax?.value ?? 'fail',
        steps: body,
      }
    },
  })

const toTest = ({ until, while: during }: PartialOf<typeof LOOP_FIELDS>, start: number): LoopStep['test'] =>
  during === undefined
    ? { kind: 'until', expression: until ?? createUnknownExpression(start) }
    : { kind: 'while', expression: during }

const createDoKind = (steps: Shape<Step[]>): StepKindGrammar =>
  stepKind({
    kind: 'do',
    doc: 'A block of steps that share `when`, `timeout`, `retry` and `on_error`. Output: of its last step.',
    fields: { steps: { key: 'do', shape: steps, doc: 'The steps.', required: true } } as const satisfies Fields,
    build: ({ steps: body }, common) => body && { ...common, kind: 'do', steps: body },
  })
