/** Paths as test skeletons: YAML, one path an entry, each outcome a JSON object on a line of its own. */

import type { JsonObject, JsonValue } from '../../../core/json.ts'
import type { EndedRun } from '../../../runtime/effects/run-effect.ts'
import type { WorkflowPath, WorkflowPaths } from '../../../service/simulation/shortest-paths.ts'
import { toOutcome, type WalkOutcome } from '../../../service/simulation/walk.ts'

export interface PathSkeleton {
  title: string
  outcomes: WalkOutcome[]
  expect: JsonObject
}

export interface Skeletons {
  workflow: string
  input: JsonValue
  /** False when there are more ways than were looked at. */
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
  const expect: JsonObject = {
    status,
    ...(error === null ? { output } : { error: { code: error.code, step: error.step } }),
    ...(undone === undefined ? {} : { undone: undone.map(toUndoneEntry) }),
  }
  return { title: titleOf(outcomes, end), outcomes, expect }
}

const toUndoneEntry = ({ path, fault }: NonNullable<EndedRun['undone']>[number]): JsonObject => ({
  path,
  ...(fault === undefined ? {} : { fault: fault.code }),
})

/** How it ends, and what on the way did not go as it usually does. */
const titleOf = (outcomes: readonly WalkOutcome[], { status, error }: WorkflowPath['end']): string => {
  const turns = outcomes.flatMap(toTurn)
  const count = `${outcomes.length} ${outcomes.length === 1 ? 'outcome' : 'outcomes'}`
  const end = error === null ? status : `${status} with ${error.code}`
  return `${end} after ${count}${turns.length === 0 ? '' : `: ${turns.join(', ')}`}`
}

const toTurn = (outcome: WalkOutcome): string[] => {
  if ('fault' in outcome) return [`${outcome.step} fails with ${outcome.fault}`]
  if ('timer' in outcome) return [`${outcome.step} ${outcome.timer}`]
  if ('event' in outcome) return [`event ${outcome.event}`]
  return 'rejected' in outcome ? [`${outcome.step} rejected`] : []
}

export const renderSkeletons = ({ workflow, input, complete, paths }: Skeletons): string =>
  [
    `# ${count(paths.length)} of ${workflow}, each the shortest to its end.${complete ? '' : ' There are more than were looked at.'}`,
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

const count = (amount: number): string => (amount === 1 ? '1 path' : `${amount} paths`)
