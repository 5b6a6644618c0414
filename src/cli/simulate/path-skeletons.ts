/** Paths as test skeletons: YAML, one path an entry, each outcome a JSON object on a line of its own. */
import type { WorkflowPath, WorkflowPaths } from '../../app/walk/shortest-paths.ts'
import { toOutcome, type WalkOutcome } from '../../app/walk/walk.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

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
  const { status, output, error } = end
  const expect: JsonObject =
    error === null ? { status, output } : { status, error: { code: error.code, step: error.step } }
  return { title: titleOf(outcomes, end), outcomes, expect }
}

/** How it ends, and what on the way did not go as it usually does. */
const titleOf = (outcomes: readonly WalkOutcome[], { status, error }: WorkflowPath['end']): string => {
  const turns = outcomes.flatMap((outcome) =>
    'fault' in outcome
      ? `${outcome.step} fails with ${outcome.fault}`
      : 'timer' in outcome
        ? `${outcome.step} ${outcome.timer}`
        : [],
  )
  const count = `${outcomes.length} ${outcomes.length === 1 ? 'outcome' : 'outcomes'}`
  const end = error === null ? status : `${status} with ${error.code}`
  return `${end} after ${count}${turns.length === 0 ? '' : `: ${turns.join(', ')}`}`
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
