/**
 * The types of what steps give out, worked out when first asked for. A step whose type depends on itself, through a circle
 * of expressions, is `any` inside that circle.
 */
import type { ForeachStep, ParallelStep, Step, SwitchStep } from '../document.ts'
import { checkExpression } from '../expression/check-expression.ts'
import { checkValue } from '../expression/check-value.ts'
import type { ExpressionNames } from '../expression/expression-names.ts'
import {
  ANY,
  BOOLEAN,
  type Field,
  listOf,
  literalOf,
  NULL,
  NUMBER,
  objectOf,
  STRING,
  type Type,
  unionOf,
  unwrap,
} from '../expression/type.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'
import type { Assignment } from './assignment.ts'
import type { ChildWorkflow } from './child-workflow.ts'
import { countNeeded } from './flow-blocks.ts'
import type { Flow } from './flow-builder.ts'
import type { FlowNode } from './flow-graph.ts'
import { FAULT, LLM_TEXT, NOTHING } from './known-types.ts'
import type { StepTypes } from './scope-names.ts'
import type { IndexedStep, StepList } from './step-index.ts'
import type { ToolNames } from './tools.ts'
import { boundType } from './type-size.ts'

export interface StepTypeOptions {
  flow: Flow
  assignment: Assignment
  tools: ToolNames
  children: ReadonlyMap<string, ChildWorkflow>
  namesOf(step: IndexedStep, options?: { inside: boolean }): ExpressionNames
}

/** How far one step's type may lead to another's before the rest is `any`: a chain of thousands must not fill the stack. */
const DEEPEST_CHAIN = 50

export const createStepTypes = (options: StepTypeOptions): StepTypes => {
  let depth = 0
  const once = (workOut: (step: IndexedStep) => Type): ((step: IndexedStep) => Type) => {
    const known = new Map<IndexedStep, Type | 'open'>()
    return (step) => {
      const found = known.get(step)
      if (found !== undefined) return found === 'open' ? ANY : found
      if (depth >= DEEPEST_CHAIN) return ANY
      known.set(step, 'open')
      depth++
      const type = boundType(workOut(step))
      depth--
      known.set(step, type)
      return type
    }
  }
  const types: StepTypes = {
    outputOf: once((step) => outputType(step, { ...options, types })),
    itemOf: once((step) => itemType(checkExpression((step.step as ForeachStep).items, options.namesOf(step)).type)),
    errorOf: () => FAULT,
  }
  return types
}

type Context = StepTypeOptions & { types: StepTypes }

const itemType = (list: Type): Type => {
  const bare = unwrap(list)
  return bare.kind === 'list' ? bare.item : ANY
}

const outputType = (indexed: IndexedStep, context: Context): Type => {
  const { step } = indexed
  switch (step.kind) {
    case 'llm':
      return step.returns === undefined ? LLM_TEXT : typeOfSchema(step.returns.value)
    case 'tool':
      return toolOutput(step.tool.value, step, context)
    case 'memory':
      return toolOutput(`memory.${step.operation.value}`, step, context)
    case 'code':
      return step.returns === undefined ? ANY : typeOfSchema(step.returns.value)
    case 'set':
      return withoutLiterals(checkValue(step.values, context.namesOf(indexed)).type)
    case 'wait':
      return step.wait.kind === 'event' ? ANY : NOTHING
    case 'approve':
      return objectOf({ by: STRING, at: STRING, values: step.form === undefined ? ANY : typeOfSchema(step.form.value) })
    case 'emit':
      return NOTHING
    case 'workflow':
      return context.children.get(step.workflow.value)?.output ?? ANY
    case 'fail':
      return ANY
    default:
      return blockOutput(indexed, context)
  }
}

const toolOutput = (name: string, step: Step, { tools }: Context): Type => {
  const tool = tools.resolve(name, step)
  const entry = tool?.kind === 'known' || tool?.kind === 'preset' ? tool.entry : undefined
  return entry === undefined ? ANY : typeOfSchema(entry.output)
}

const blockOutput = (indexed: IndexedStep, context: Context): Type => {
  const { step, lists } = indexed
  switch (step.kind) {
    case 'switch':
      return switchOutput(step, lists, context)
    case 'parallel':
      return parallelOutput(step, lists, context)
    case 'foreach':
      return listOf(foreachItem(step, indexed, context))
    case 'loop':
      // A loop ends at its test, which `while` reaches before the first iteration.
      return lastOutput(lists[0], context, context.flow.points[indexed.number]?.test)
    default:
      return lastOutput(lists[0], context)
  }
}

const switchOutput = ({ cases }: SwitchStep, lists: readonly StepList[], context: Context): Type => {
  const mayPassBy = cases.every(({ when }) => when !== undefined) || cases.some(({ then }) => then.kind !== 'do')
  return unionOf([...lists.map((list) => lastOutput(list, context)), ...(mayPassBy ? [NULL] : [])])
}

const parallelOutput = (step: ParallelStep, lists: readonly StepList[], context: Context): Type => {
  const isWhole = countNeeded(step) >= lists.length
  const branches = lists.map((list): [string, Type] => {
    const output = lastOutput(list, context)
    return [list.branch, isWhole ? output : unionOf([output, NULL])]
  })
  return objectOf(Object.fromEntries(branches))
}

const foreachItem = (step: ForeachStep, indexed: IndexedStep, context: Context): Type => {
  const value =
    step.yields === undefined
      ? lastOutput(indexed.lists[0], context)
      : checkExpression(step.yields, context.namesOf(indexed, { inside: true })).type
  if (step.onItemError.value !== 'collect') return value
  return unionOf([objectOf({ ok: literalOf(true), value }), objectOf({ ok: literalOf(false), error: FAULT })])
}

/** What a list of steps gives out: the output of its last step, null where that has not completed at the end. */
const lastOutput = (
  list: StepList | undefined,
  { types, flow, assignment }: Context,
  end: FlowNode | undefined = list && flow.listEnds.get(list),
): Type => {
  const last = list?.steps.at(-1)
  if (last === undefined || end === undefined) return NULL
  const type = types.outputOf(last)
  return assignment.isSure(end, last, 'output') ? type : unionOf([type, NULL])
}

/** What was written once may be written otherwise tomorrow: a text that is compared with another one is no slip then. */
const withoutLiterals = (type: Type): Type => {
  switch (type.kind) {
    case 'literal':
      return typeof type.value === 'string' ? STRING : typeof type.value === 'number' ? NUMBER : BOOLEAN
    case 'list':
      return listOf(withoutLiterals(type.item))
    case 'object': {
      const fields = [...type.fields].map(([name, field]): [string, Field] => [
        name,
        { ...field, type: withoutLiterals(field.type) },
      ])
      return { ...type, fields: new Map(fields) }
    }
    default:
      return type
  }
}
