/** Renders paths as test skeletons: YAML with one entry a path and one JSON object a line for its outcomes. */

import { countOf } from '../../../core/count.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import type { EndedRun } from '../../../runtime/effects/run-effect.ts'
import { type BrokenFinally, toAftermath } from '../../../service/control/aftermath.ts'
import type { WorkflowPath, WorkflowPaths } from '../../../service/simulation/shortest-paths.ts'
import { toOutcome, type WalkOutcome } from '../../../service/simulation/walk.ts'
import { namePath } from '../../figures.ts'
import { describeCode } from './walk-text.ts'

export interface PathSkeleton {
  title: string
  outcomes: WalkOutcome[]
  expect: JsonObject
}

export interface Skeletons {
  workflow: string
  input: JsonValue
  /** False if there are more paths than were examined. */
  complete: boolean
  paths: PathSkeleton[]
}

export const toSkeletons = (
  { paths, isWhole }: WorkflowPaths,
  { workflow, input }: { workflow: string; input: JsonValue },
): Skeletons => ({ workflow, input, complete: isWhole, paths: paths.map(toSkeleton) })

const toSkeleton = ({ events, end }: WorkflowPath): PathSkeleton => {
  const outcomes = events.map(toOutcome)
  const { status, output, error, undone } = end
  const broken = toAftermath(end).finally
  const expect: JsonObject = {
    status,
    ...(error === null ? { output } : { error: { code: error.code, step: error.step } }),
    ...(undone === undefined ? {} : { undone: undone.map(toUndoneEntry) }),
    ...(broken === null ? {} : { finally: toFinallyEntry(broken) }),
  }
  return { title: titleOf(outcomes, end), outcomes, expect }
}

const toUndoneEntry = ({ path, fault }: NonNullable<EndedRun['undone']>[number]): JsonObject => ({
  path,
  ...(fault === undefined ? {} : { fault: fault.code }),
})

const toFinallyEntry = ({ status, step, error }: BrokenFinally): JsonObject =>
  error === null ? { status } : { status, error: { code: error.code, step } }

/** Names the end of the path and the faults, timers, events and rejections on it. */
const titleOf = (outcomes: readonly WalkOutcome[], { status, error }: WorkflowPath['end']): string => {
  const turns = outcomes.flatMap(toTurn)
  const end = error === null ? status : `${status} with ${error.code}`
  return `${end} after ${countOf(outcomes.length, 'outcome')}${turns.length === 0 ? '' : `: ${turns.join(', ')}`}`
}

const toTurn = (outcome: WalkOutcome): string[] => {
  if ('fault' in outcome) return [`${outcome.step} fails with ${describeCode(outcome)}`]
  if ('timer' in outcome) return [`${namePath(outcome.step)} ${outcome.timer}`]
  if ('event' in outcome) return [`event ${outcome.event}`]
  return 'rejected' in outcome ? [`${outcome.step} rejected`] : []
}

export const renderSkeletons = ({ workflow, input, complete, paths }: Skeletons): string =>
  [
    `# ${countOf(paths.length, 'path')} of ${workflow}, each the shortest to its end.${complete ? '' : ' There are more that were not examined.'}`,
    `workflow: ${JSON.stringify(workflow)}`,
    `input: ${JSON.stringify(input)}`,
    paths.length === 0 ? 'paths: []' : 'paths:',
    ...paths.flatMap(({ title, outcomes, expect }) => [
      `  - title: ${JSON.stringify(title)}`,
      outcomes.length === 0 ? '    outcomes: []' : '    outcomes:',
      ...outcomes.map((outcome) => `      - ${JSON.stringify(outcome)}`),
      `    expect: ${JSON.stringify(expect)}`,
    ]),
    '',
  ].join('\n')
