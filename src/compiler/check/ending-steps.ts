/** Finds the steps that may end a run, or an item of a foreach, and what it then gives. */
import { NULL, type Type, unionOf } from '../expression/type.ts'
import type { Assignment } from './assignment.ts'
import type { FlowNode, NodeSet } from './flow-graph.ts'
import type { StepTypes } from './scope-names.ts'
import type { IndexedStep } from './step-index.ts'

export interface EndingStep {
  step: IndexedStep
  /** Point behind which nothing follows. */
  node: FlowNode
}

/** Steps behind which the run or item ends, in order of the file. @param end `end` of the flow, or `itemEnd` of a foreach */
export const findEndingSteps = (end: FlowNode, reached: NodeSet): EndingStep[] => {
  const found = new Map<IndexedStep, EndingStep>()
  const seen = new Set<FlowNode>()
  const open = [end]
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const { from } of node.into) {
      if (seen.has(from) || reached[from.number] !== 1) continue
      seen.add(from)
      if (from.step !== undefined && ENDS.has(from.point)) found.set(from.step, { step: from.step, node: from })
      else open.push(from)
    }
  return [...found.values()].sort((one, other) => one.step.number - other.step.number)
}

/** The points at which a step has ended: `completed` and `failed` where a jump leads on. */
const ENDS: ReadonlySet<string> = new Set(['after', 'completed', 'failed'])

/** Type of the output of the step that ends the run or item; null where that may have no output. */
export const typeOfEnding = (
  endings: readonly EndingStep[],
  { types, assignment }: { types: StepTypes; assignment: Assignment },
): Type =>
  endings.length === 0
    ? NULL
    : unionOf(
        endings.map(({ step, node }) => {
          if (node.point === 'failed') return NULL
          const type = types.outputOf(step)
          return assignment.isSure(node, step, 'output') ? type : unionOf([type, NULL])
        }),
      )
