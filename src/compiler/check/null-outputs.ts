/**
 * Warns of blocks that pass on null in silence: a list of steps whose last step may have no output, in a block whose output is
 * used as a whole. A read of a field of such an output is an error of its own.
 */
import type { ExpressionText } from '../document.ts'
import { findWholeReads } from '../expression/whole-reads.ts'
import { toPosition } from '../source.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import type { Assignment } from './assignment.ts'
import { explainUnsure } from './assignment-path.ts'
import type { CheckContext } from './check-context.ts'
import { type EndingStep, findEndingSteps } from './ending-steps.ts'
import type { NodeSet } from './flow-graph.ts'
import type { IndexedStep, StepList } from './step-index.ts'

interface NullOutputOptions {
  assignment: Assignment
  reached: NodeSet
  /** Values of the file that are passed on as they are. */
  passed: readonly ExpressionText[]
}

/** A use of the output of a block. */
interface Use {
  block: IndexedStep
  /** The branch of a parallel; undefined: all. */
  branch: string | undefined
  /** Completes messages: where the output is used. */
  where: string
}

export const reportNullOutputs = (context: CheckContext, options: NullOutputOptions): void => {
  const open = findUses(context, options)
  const seen = new Set<StepList>()
  for (let use = open.pop(); use !== undefined; use = open.pop()) {
    const { block, branch, where } = use
    for (const list of block.lists) {
      if (seen.has(list) || (branch !== undefined && list.branch !== branch)) continue
      seen.add(list)
      for (const last of findLast(list, context, options)) {
        if (isUnsure(last, options)) report({ list, last, use }, context, options)
        if (isPassing(last.step)) open.push({ block: last.step, branch: undefined, where })
      }
    }
  }
}

/** The steps whose outputs may be that of the list. A jump ends an item too, and the item then gives the output of the step before it. */
const findLast = (list: StepList, { flow }: CheckContext, { reached }: NullOutputOptions): EndingStep[] => {
  const itemEnd = list.owner && flow.points[list.owner.number]?.itemEnd
  if (itemEnd !== undefined) return findEndingSteps(itemEnd, reached)
  const [step, node] = [list.steps.at(-1), flow.listEnds.get(list)]
  return step === undefined || node === undefined ? [] : [{ step, node }]
}

const isUnsure = ({ step, node }: EndingStep, { assignment }: NullOutputOptions): boolean =>
  node.point === 'failed' || !assignment.isSure(node, step, 'output')

const findUses = (
  { index, flow, workflow, diagnostics }: CheckContext,
  { passed, reached }: NullOutputOptions,
): Use[] => {
  const uses = passed.flatMap(({ text, range }) =>
    findWholeReads(text).flatMap(({ step: id, field }): Use[] => {
      const block = index.byId.get(id)
      if (block === undefined || !isPassing(block)) return []
      const isBranch = block.step.kind === 'parallel'
      if (field !== undefined && !isBranch) return []
      const { line } = toPosition(diagnostics.source, range.start)
      return [{ block, branch: field, where: `line ${line} passes it on` }]
    }),
  )
  const endings = workflow.output === undefined ? findEndingSteps(flow.end, reached) : []
  const ends = endings.filter(({ step }) => isPassing(step))
  return [
    ...uses,
    ...ends.map(({ step }) => ({ block: step, branch: undefined, where: 'it is the output of the workflow' })),
  ]
}

/** The output of the block is made of those of its last steps. */
const isPassing = ({ step }: IndexedStep): boolean => {
  const { block } = descriptorOf(step)
  return block !== undefined && block.ownOutput?.(step) !== true
}

interface Finding {
  list: StepList
  last: EndingStep
  use: Use
}

const report = (
  { list, last: { step: last, node }, use }: Finding,
  { diagnostics }: CheckContext,
  options: NullOutputOptions,
): void => {
  const { block, where } = use
  const isJump = node.point === 'completed'
  const because = isJump
    ? `'${last.id}' jumps to its end`
    : explainUnsure({ node, step: last, field: 'output' }, options)
  const value = `steps.?${(list.steps.at(-1) ?? last).id}.?output.orValue(null)`
  const hint =
    block.step.kind === 'foreach'
      ? `say what an item gives then, in '${block.id}': yields: ${value}`
      : `end it with a step that says what it gives then: { id: ${last.id}_or_null, set: { value: "${value}" } }`
  const message = `'${block.id}' may give null${placeOf(list, block)}, and ${where}: ${because}`
  diagnostics.warning('null_output', last.step.id.range, message, hint)
}

const placeOf = ({ branch }: StepList, { step }: IndexedStep): string => {
  if (step.kind === 'foreach') return ' for an item'
  if (branch === '') return ''
  return step.kind === 'parallel' ? ` for its branch '${branch}'` : ` in ${branch}`
}
