/** Reports reads of outputs and errors that are not certain to exist. */
import type { Diagnostics } from '../diagnostic.ts'
import type { StepRead } from '../expression/check-expression.ts'
import type { Assignment } from './assignment.ts'
import { explainUnsure } from './assignment-path.ts'
import type { FlowNode, NodeSet } from './flow-graph.ts'
import type { StepIndex } from './step-index.ts'

export interface ReadChecks {
  check(read: StepRead, node: FlowNode): void
}

/** Maximum of findings explained by a path, which is costly to find; further findings go without. */
const MOST_EXPLAINED = 100

export const createReadChecks = (options: {
  index: StepIndex
  assignment: Assignment
  reached: NodeSet
  diagnostics: Diagnostics
}): ReadChecks => {
  const { index, assignment, diagnostics } = options
  let explained = 0
  return {
    check(read, node) {
      const step = index.byId.get(read.step)
      if (step === undefined || assignment.isSure(node, step, read.field)) return
      explained++
      const because =
        explained > MOST_EXPLAINED
          ? 'not on every path here'
          : explainUnsure({ node, step, field: read.field }, options)
      const rest = restOfPath(read, diagnostics)
      diagnostics.error(
        'unassigned_output',
        read.range,
        `'steps.${read.step}.${read.field}' may not be there: ${because}`,
        `write steps.?${read.step}.?${read.field}${rest.replaceAll('.', '.?').replaceAll('[', '[?')}.orValue(…)`,
      )
    },
  }
}

/** Returns the fields and indices that follow in the text, such as `.text`. */
const restOfPath = ({ range }: StepRead, { source }: Diagnostics): string => {
  const behind = source.text.slice(range.end, range.end + 200)
  return /^(?:\.[A-Za-z_]\w*(?!\w*\()|\[\d+\])*/.exec(behind)?.[0] ?? ''
}
