import { allowsAll, formatMaxFailures, type MaxFailures } from '../../core/max-failures.ts'
import { parseRate } from '../../core/rate.ts'
import { type Bound, fixedBound } from '../bound.ts'
import { pointsOf } from '../check/flow-builder.ts'
import { settledOf } from '../check/known-types.ts'
import { isReservedName } from '../check/scope-names.ts'
import { correct, type Hint } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { ExpressionText, Located, Step, StepCommon, ValueNode } from '../document.ts'
import { checkExpression } from '../expression/check-expression.ts'
import { ANY, listOf, type Type, unwrap } from '../expression/type.ts'
import { type ItemFile, itemsShape } from '../grammar/item-file-shape.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import { maxFailures } from '../grammar/max-failures-shape.ts'
import type { Fields } from '../grammar/record-shape.ts'
import { integer, rate, snakeCase, word } from '../grammar/scalar-shape.ts'
import type { Shape } from '../grammar/shape.ts'
import { expression, orComputed, templateText } from '../grammar/value-shape.ts'
import { toInput } from '../link/entry.ts'
import { type BlockContext, faultOf, frame } from '../lower/block.ts'
import { invoke, lowerAnswered } from '../lower/leaf.ts'
import type { StateConfig } from '../lower/state-config.ts'
import type { ForeachPlan } from '../plan.ts'
import { createUnknownExpression } from '../read/expression-text.ts'
import { checkItemFile, checkResults, compileItems, fileItemType, isItemFile, SUMMARY } from './foreach/item-files.ts'
import type { OutputContext, StepDescriptor } from './step-descriptor.ts'
import { boundText, expressionText, valueText } from './wording.ts'

export interface ForeachStep extends StepCommon {
  kind: 'foreach'
  /** An expression for the list, or the file that they are read from. */
  items: ExpressionText | ItemFile
  as: Located<string>
  concurrency: Bound
  rate?: Located<string>
  onItemError: Located<'stop' | 'skip' | 'collect'>
  maxFailures?: Located<MaxFailures>
  yields?: ExpressionText
  resultsTo?: ValueNode
  steps: Step[]
}

declare module '../document.ts' {
  interface StepKinds {
    foreach: ForeachStep
  }
}

const DEFAULT_CONCURRENCY = 10

const INDEX_IS_KNOWN = 'leave it out: expressions know the index of the item as `index`, from 0'

const createFields = (steps: Shape<Step[]>) =>
  ({
    items: {
      key: 'foreach',
      shape: itemsShape,
      doc: 'An expression for the list; or `{ file, format }`, a file of which each line or row is an item.',
      required: true,
    },
    as: { shape: snakeCase, doc: 'The name of the item in expressions.', default: 'item' },
    concurrency: {
      shape: orComputed(integer({ minimum: 1 })),
      doc: 'How many items are in work at once.',
      default: DEFAULT_CONCURRENCY,
    },
    rate: {
      shape: rate,
      doc: 'Most items that start within a time, such as 5/1s. Default: as many as `concurrency` allows.',
    },
    onItemError: {
      shape: word('stop', 'skip', 'collect'),
      doc: '`stop`: a failed item fails the step. `skip`: it is left out. `collect`: each item yields `{ ok, value }` or `{ ok, error }`.',
      default: 'stop',
    },
    maxFailures: {
      shape: maxFailures,
      doc: 'Most items that may fail, such as 10 or 5%, with `on_item_error: skip` or `collect`. With more the step fails with `join_failed`.',
    },
    yields: {
      shape: expression,
      doc: 'An expression over the steps in `do`: what an item yields. Default: the last output in `do`.',
    },
    resultsTo: {
      shape: templateText,
      doc: 'The path of a file that takes what each item yields, as it goes: lines of JSON (`.jsonl`) or rows (`.csv`). Output: `{ count, failed, path }`.',
    },
    steps: { key: 'do', shape: steps, doc: 'The steps for one item.', required: true },
  }) as const satisfies Fields

export const foreach: StepDescriptor<'foreach'> = {
  grammar: (steps) =>
    defineGrammar({
      owner: 'a foreach step',
      doc: 'Does its steps for each item of a list. Output: a list, in input order, of what each item yields.',
      fields: createFields(steps),
      foreign: ['for_each', 'each', 'map'],
      needless: { index: INDEX_IS_KNOWN, at: INDEX_IS_KNOWN, counter: INDEX_IS_KNOWN },
      renamed: { results: 'results_to', output_to: 'results_to', write_to: 'results_to', result_to: 'results_to' },
      build: ({ items, steps: body, ...fields }, common): ForeachStep | undefined => {
        if (body === undefined) return undefined
        const range = common.kindRange
        const { as = { value: 'item', range }, concurrency = { value: DEFAULT_CONCURRENCY, range }, ...rest } = fields
        const onItemError: ForeachStep['onItemError'] = fields.onItemError ?? { value: 'stop', range }
        const list = items ?? createUnknownExpression(range.start)
        return { ...common, kind: 'foreach', ...rest, items: list, as, concurrency, onItemError, steps: body }
      },
    }),
  check(step, sites, { expressions, diagnostics }) {
    const hint = 'for the fields of an object, build a list of them in the step before'
    const { items } = step
    if (isItemFile(items)) checkItemFile({ ...step, items }, sites, { expressions, diagnostics })
    else expressions.typed(items, { name: 'foreach', type: listOf(ANY), words: 'a list', hint }, sites.perform)
    checkResults(step, sites, { expressions, diagnostics })
    const { value, range } = step.as
    const message = `'${value}' can't be the name of an item: expressions use it for something else`
    if (isReservedName(value)) diagnostics.error('reserved_name', range, message)
    warnOfIdleMaxFailures(step, diagnostics)
  },
  bounds: ({ concurrency }) => ({ concurrency }),
  outputType: (step, context) => (step.resultsTo === undefined ? listOf(resultType(step, context)) : SUMMARY),
  lower: (step, context) => lowerForeach(step, context),
  start: () => 'items',
  enter: (step, bindings) => toInput(compileItems(step, bindings)),
  plan: ({ items, concurrency, rate: pace, onItemError, maxFailures: most, resultsTo }) => ({
    timeoutMs: null,
    foreach: {
      concurrency: fixedBound(concurrency) ?? DEFAULT_CONCURRENCY,
      onItemError: onItemError.value,
      ...toRatePlan(pace),
      ...(most === undefined ? {} : { maxFailures: most.value }),
      ...(isItemFile(items) ? { file: { format: items.format.value } } : {}),
      ...(resultsTo === undefined ? {} : { writesResults: true }),
    },
  }),
  chart: {
    icon: 'foreach',
    describe: ({ as, items }) =>
      `for each ${as.value} in ${isItemFile(items) ? valueText(items.path) : expressionText(items)}`,
    badges: ({ concurrency, rate: pace, onItemError: { value }, maxFailures: most, resultsTo }) => [
      `${boundText(concurrency)} at once`,
      ...(pace === undefined ? [] : [`at most ${pace.value}`]),
      ...(value === 'stop' ? [] : [`${ITEM_ERRORS[value]} failed items${mostText(most)}`]),
      ...(resultsTo === undefined ? [] : [`results to ${valueText(resultsTo)}`]),
    ],
  },
  block: {
    lists: ({ steps }) => [{ branch: '', steps }],
    ownOutput: ({ yields }) => yields !== undefined,
    // Items run beside each other, each with records of its own; the flow goes on without looking into them.
    flow(_, { step, perform, completed, broken }, builder) {
      const { graph } = builder
      const start = graph.add('item_start', step, { effect: { clears: [{ from: step.number + 1, to: step.end }] } })
      const itemEnd = graph.add('item_end', step)
      const itemFailed = graph.add('item_failed', step)
      pointsOf(builder, step).itemEnd = itemEnd
      graph.connect(perform, start)
      graph.connect(start, builder.addList(step.lists[0], { exit: itemEnd, fault: itemFailed }))
      graph.connect(perform, completed, { kind: 'performs' })
      graph.connect(perform, broken, { kind: 'faults' })
    },
    drawing: () => ({ kind: 'items' }),
  },
}

const toRatePlan = (written: ForeachStep['rate']): Pick<ForeachPlan, 'rate'> => {
  const parsed = written && parseRate(written.value)
  return parsed === undefined ? {} : { rate: parsed }
}

const ITEM_ERRORS = { skip: 'skips', collect: 'collects' } as const

const mostText = (most: ForeachStep['maxFailures']): string =>
  most === undefined ? '' : `, at most ${formatMaxFailures(most.value)}`

const warnOfIdleMaxFailures = (
  { malformed, kindRange, maxFailures: most, onItemError: { value, range } }: ForeachStep,
  diagnostics: Diagnostics,
): void => {
  if (most === undefined || malformed === true) return
  const warn = (reason: string, hint: Hint): void =>
    diagnostics.warning('idle_key', most.range, `'max_failures' has no effect: ${reason}`, hint)
  const isWritten = range !== kindRange
  const skip = 'write on_item_error: skip'
  if (value === 'stop')
    warn(
      'with on_item_error: stop the first failed item fails the step',
      isWritten ? correct(skip, { ...range, text: 'skip' }) : skip,
    )
  else if (allowsAll(most.value)) warn('all items may fail', 'write less, such as max_failures: 50%, or remove it')
}

/** Type of an item. @param typeOf The type of an expression. */
export const itemType = (items: ForeachStep['items'], typeOf: (items: ExpressionText) => Type): Type => {
  if (isItemFile(items)) return fileItemType(items)
  const bare = unwrap(typeOf(items))
  return bare.kind === 'list' ? bare.item : ANY
}

const resultType = ({ yields, onItemError }: ForeachStep, context: OutputContext): Type => {
  const value =
    yields === undefined ? context.itemOutput() : checkExpression(yields, context.names({ inside: true })).type
  return onItemError.value === 'collect' ? settledOf(value) : value
}

/** With `retry` the items are a state of their own, which the machine enters again. */
const lowerForeach = (step: ForeachStep, context: BlockContext): StateConfig => {
  if (step.retry === undefined) return lowerAnswered(step, context)
  const body = `${step.id.value}--items`
  const items = { ...invoke(step, context), onError: faultOf(step, context) }
  return frame(step, context, { first: body, states: { [body]: { id: body, invoke: items } }, catches: false })
}
