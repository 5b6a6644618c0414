/** Judges the text of an answer by `returns`. */
import { parseFiniteJson } from '../../core/finite-json.ts'
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { stripFence } from './returns-instruction.ts'

export type JudgedAnswer =
  | { kind: 'right'; value: JsonValue }
  /** `path`: a JSON Pointer to the wrong place; `/` is the whole. */
  | { kind: 'wrong'; problem: string; path: string }

/** The most characters of a problem. */
const LONGEST_PROBLEM = 1_000

/** @throws Fault `invalid_input` for a wrong schema */
export const judgeAnswer = async (text: string, returns: JsonSchema): Promise<JudgedAnswer> => {
  const parsed = parse(stripFence(text))
  if ('problem' in parsed) return { kind: 'wrong', problem: parsed.problem, path: '/' }
  // Loaded on use, as only answers with a schema need it.
  const { createValidator } = await import('../../core/json-schema-validator.ts')
  const problem = createValidator(returns)(parsed.value)?.slice(0, LONGEST_PROBLEM)
  if (problem === undefined) return { kind: 'right', value: parsed.value }
  return { kind: 'wrong', problem, path: /^'([^']*)'/.exec(problem)?.[1] ?? '/' }
}

const parse = (text: string): { value: JsonValue } | { problem: string } => {
  try {
    return { value: parseFiniteJson(text) }
  } catch {
    const shown = text.trim() === '' ? 'nothing' : JSON.stringify(text.toWellFormed().slice(0, 80))
    return { problem: `it is not JSON: expected JSON alone, got ${shown}` }
  }
}
