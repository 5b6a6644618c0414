/**
 * Types of the outputs of steps, computed on demand. A step whose type depends on itself, through a cycle of
 * expressions, is `any` inside that cycle.
 */
import type { StepOf } from '../document.ts'
import { checkExpression } from '../expression/check-expression.ts'
import type { ExpressionNames } from '../expression/expression-names.ts'
import { ANY, NULL, type Type, unionOf } from '../expression/type.ts'
import { itemType } from '../steps/foreach.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import type { Assignment } from './assignment.ts'
import type { ChildWorkflow } from './child-workflow.ts'
import { findEndingSteps, typeOfEnding } from './ending-steps.ts'
import type { Flow } from './flow-builder.ts'
import type { FlowNode, NodeSet } from './flow-graph.ts'
import { FAULT } from './known-types.ts'
import type { StepTypes } from './scope-names.ts'
import type { IndexedStep, StepList } from './step-index.ts'
import type { ToolNames } from './tools.ts'
import { boundType } from './type-size.ts'

export interface StepTypeOptions {
  flow: Flow
  assignment: Assignment
  reached: NodeSet
  tools: ToolNames
  children: ReadonlyMap<string, ChildWorkflow>
  namesOf(step: IndexedStep, options?: { inside: boolean }): ExpressionNames
}

/**
 * Maximum length of a chain of types that depend on each other; beyond it a type is `any`, so that a long chain cannot
 * overflow the stack.
 */
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
    itemOf: once((step) =>
      itemType((step.step as StepOf<'foreach'>).items, (list) => checkExpression(list, options.namesOf(step)).type),
    ),
    errorOf: () => FAULT,
  }
  return types
}

type Context = StepTypeOptions & { types: StepTypes }

const outputType = (indexed: IndexedStep, context: Context): Type => {
  const { step, number } = indexed
  const { tools, children, flow, namesOf } = context
  return descriptorOf(step).outputType(step, {
    indexed,
    toolOutput(name) {
      const tool = tools.resolve(name, step)
      return tool?.kind === 'known' || tool?.kind === 'preset' ? tool.entry?.output : undefined
    },
    childOutput: (reference) => children.get(reference)?.output,
    names: (options) => namesOf(indexed, options),
    lastOutput: (list, end) => lastOutput(list, context, end),
    itemOutput() {
      const end = flow.points[number]?.itemEnd
      return end === undefined ? NULL : typeOfEnding(findEndingSteps(end, context.reached), context)
    },
    test: flow.points[number]?.test,
  })
}

/** Output of the last step of a list, null where that has not completed at the end. */
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
