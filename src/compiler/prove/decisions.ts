/** Finds conditions with a constant result, and the ways that they close. */
import { countOf } from '../../core/count.ts'
import { fixedBound } from '../bound.ts'
import { type CheckContext, sitesOf } from '../check/check-context.ts'
import type { FlowEdge } from '../check/flow-graph.ts'
import type { IndexedStep } from '../check/step-index.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { ExpressionText, StepOf } from '../document.ts'
import type { ExpressionNames } from '../expression/expression-names.ts'
import { type Truth, tabulate } from '../expression/truth-table.ts'
import type { Range } from '../source.ts'

export interface Decisions {
  /** Edges of the flow graph that no run takes. */
  closed: ReadonlySet<FlowEdge>
  /** Steps whose conditions have been reported. */
  reported: ReadonlySet<IndexedStep>
}

interface Context {
  check: CheckContext
  findings: Diagnostics
  closed: Set<FlowEdge>
  reported: Set<IndexedStep>
}

export const checkDecisions = (check: CheckContext, findings: Diagnostics): Decisions => {
  const context: Context = { check, findings, closed: new Set(), reported: new Set() }
  for (const step of check.index.steps) {
    const { enter, perform, inside } = sitesOf(step, check)
    if (step.step.when !== undefined) checkWhen(step, { when: step.step.when, names: enter.names }, context)
    if (step.step.kind === 'switch') checkCases(step, { step: step.step, names: perform.names }, context)
    if (step.step.kind === 'loop') checkLoop(step, { step: step.step, names: inside.names }, context)
  }
  return context
}

type Verdict = 'always' | 'never' | 'open'

const judge = (truths: readonly Truth[]): Verdict => {
  if (truths.every((truth) => truth === true)) return 'always'
  return truths.every((truth) => truth === false) ? 'never' : 'open'
}

const checkWhen = (
  step: IndexedStep,
  { when, names }: { when: ExpressionText; names: ExpressionNames },
  context: Context,
): void => {
  const verdict = judge(tabulate([when], { names }).map(([truth = 'unknown']) => truth))
  if (verdict === 'open') return
  const edges = context.check.flow.points[step.number]?.enter.onward ?? []
  const closedKind = verdict === 'never' ? 'flows' : 'skips'
  for (const edge of edges) if (edge.kind === closedKind) context.closed.add(edge)
  const [opposite, needless] = verdict === 'never' ? ['always', 'the step'] : ['never', "'when'"]
  const message = `'when' of '${step.id}' is ${verdict} true: the step is ${opposite} skipped`
  context.reported.add(step)
  context.findings.error('constant_condition', when.range, message, `correct the condition, or remove ${needless}`)
}

const checkCases = (
  step: IndexedStep,
  { step: { cases }, names }: { step: StepOf<'switch'>; names: ExpressionNames },
  context: Context,
): void => {
  const rows = tabulate(
    cases.map(({ when }) => when),
    { names },
  )
  const edges = context.check.flow.points[step.number]?.perform.onward ?? []
  const close = (isClosed: (edge: FlowEdge) => boolean): void => {
    for (const edge of edges.flatMap(throughProven)) if (isClosed(edge)) context.closed.add(edge)
  }
  const report = (
    code: 'constant_condition' | 'untakeable_case',
    range: Range,
    message: string,
    hint: string,
  ): void => {
    context.reported.add(step)
    context.findings.error(code, range, message, hint)
  }
  cases.forEach(({ when, then, range: whole }, index) => {
    const own = judge(rows.map((row) => row[index] ?? 'unknown'))
    const isTaken = rows.some((row) => row[index] !== false && row.slice(0, index).every((truth) => truth !== true))
    if (!isTaken) close(({ turn }) => turn?.kind === 'case' && turn.number === index + 1)
    // An else that only continues is there for the reader.
    if (when === undefined && then.kind === 'continue') return
    const name = when === undefined ? `'else' of '${step.id}'` : `case ${index + 1} of '${step.id}'`
    const range = when?.range ?? whole
    if (own === 'never') {
      const message = `${name} is never taken: its condition is never true`
      report('constant_condition', range, message, 'correct the condition, or remove the case')
    } else if (!isTaken) {
      const message = `${name} is never taken: the cases before it take all that gets there`
      report('untakeable_case', range, message, 'move it up, narrow the cases before it, or remove it')
    } else if (when !== undefined && own === 'always') {
      const message = `the condition of ${name} is always true`
      report('constant_condition', range, message, "correct the condition, or write 'else' if that is meant")
    }
  })
  if (rows.every((row) => row.includes(true))) close(({ turn }) => turn?.kind === 'no_case')
}

/** Finds the edges after the nodes that hold what a condition has proven. */
const throughProven = (edge: FlowEdge): FlowEdge[] => (edge.to.point === 'proven' ? edge.to.onward : [edge])

/** `until: false` with `on_max: continue` is the idiom for a fixed number of iterations. */
const checkLoop = (
  step: IndexedStep,
  { step: { test, max, onMax }, names }: { step: StepOf<'loop'>; names: ExpressionNames },
  context: Context,
): void => {
  const isWhile = test.kind === 'while'
  const most = fixedBound(max)
  const rows = tabulate([test.expression], { names, iterations: [isWhile ? 0 : 1, most ?? Number.MAX_SAFE_INTEGER] })
  const verdict = judge(rows.map(([truth = 'unknown']) => truth))
  const goesOn = verdict === (isWhile ? 'always' : 'never')
  if (verdict === 'open' || (goesOn && onMax === 'continue')) return
  const edges = context.check.flow.points[step.number]?.test?.onward ?? []
  for (const edge of edges) {
    const leaves = edge.to.point === 'completed'
    if (edge.kind !== 'faults' && leaves === goesOn) context.closed.add(edge)
  }
  const rest = goesOn
    ? `the loop always fails after ${most === undefined ? 'its last iteration' : countOf(most, 'iteration')}, with loop_exhausted`
    : isWhile
      ? 'the loop never begins'
      : 'the loop ends after its first iteration'
  const message = `'${test.kind}' of '${step.id}' is ${verdict} true: ${rest}`
  const remedy = goesOn ? "write 'on_max: continue' if it shall go on then" : 'remove the loop'
  context.reported.add(step)
  context.findings.error('constant_condition', test.expression.range, message, `correct the condition, or ${remedy}`)
}
