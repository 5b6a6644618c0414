/** Replaces recorded outputs in a fork, to see how the run continues with another answer of a step. */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { JsonValue } from '../../core/json.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import { findExamples } from '../simulation/example-outputs.ts'
import { listSome, refuse } from './find-visit.ts'
import type { Visit } from './timeline.ts'

export interface SetOutput {
  path: string
  /** Default: the last visit with a recorded output. */
  visit?: number
  output: JsonValue
}

export interface SetOptions {
  set: readonly SetOutput[]
  workflow: CompiledWorkflow
  /** Catalogue with the output type of each tool. */
  catalogue: Catalogue
  visits: readonly Visit[]
}

/** Replacements by the number of the row. @throws Fault `invalid_input` */
export const replaceOutputs = async (
  prefix: readonly JournalRow[],
  { set, workflow, catalogue, visits }: SetOptions,
): Promise<Map<number, JournalRow<'outcome'>>> => {
  const replaced = new Map<number, JournalRow<'outcome'>>()
  for (const wanted of set) {
    const row = findOutcome(prefix, { wanted, visits })
    const problem = await findTypeProblem(wanted, { row, workflow, catalogue })
    if (problem !== undefined) throw refuse(`the output that is set for '${wanted.path}' does not fit: ${problem}`)
    const { fault: _, ...figures } = { fault: null, ...row.data }
    replaced.set(row.seq, { ...row, data: { ...figures, output: wanted.output } })
  }
  return replaced
}

const findOutcome = (
  prefix: readonly JournalRow[],
  { wanted: { path, visit }, visits }: { wanted: SetOutput; visits: readonly Visit[] },
): JournalRow<'outcome'> => {
  const outcomes = prefix.filter((row) => row.kind === 'outcome')
  const found = outcomes.findLast((row) => row.path === path && (visit === undefined || row.visit === visit))
  if (found !== undefined) return found
  const name = visit === undefined ? path : `${path}:${visit}`
  const own = visits.find((one) => one.path === path)
  if (own?.toSeq !== undefined && own.toSeq <= (prefix.at(-1)?.seq ?? 0))
    throw refuse(
      `step '${path}' has no recorded output of its own: its output follows from other steps, a person or an event`,
      `those with one are ${listSome(outcomes.map((row) => row.path))}`,
    )
  throw refuse(
    `step '${name}' has no recorded output before the step that the fork starts at`,
    outcomes.length === 0 ? undefined : `those with one are ${listSome(outcomes.map((row) => row.path))}`,
  )
}

/** Undefined: the value fits, or its type is unknown. */
const findTypeProblem = async (
  { output }: SetOutput,
  { row, workflow, catalogue }: { row: JournalRow } & Pick<SetOptions, 'workflow' | 'catalogue'>,
): Promise<string | undefined> => {
  const step = row.path.replace(/^.*\]\//, '')
  const schema = findExamples(workflow, catalogue).get(step)?.schema
  if (schema === undefined) return undefined
  const { createValidator } = await import('../../core/json-schema-validator.ts')
  return createValidator(schema)(output)
}
