/** Judges the text of an answer by the schema that it was asked for, and writes the message that asks for a better one. */
import { isFault } from '../../core/fault.ts'
import { parseFiniteJson } from '../../core/finite-json.ts'
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import type { LlmMessage } from '../../core/llm.ts'
import { dropAbsentNulls } from './absent-nulls.ts'
import { findAnswerJson } from './answer-json.ts'
import { isShort } from './returns-instruction.ts'

export type JudgedAnswer =
  | { kind: 'right'; value: JsonValue }
  /** `path`: a JSON Pointer to the wrong place; `/` is the whole. */
  | ({ kind: 'wrong'; path: string } & Flaw)

interface Flaw {
  problem: string
  path?: string
  /** Code of the fault. Default: `invalid_output`. */
  code?: string
  /** Advice for the workflow. */
  hint?: string
}

/** The most characters of a problem. */
const LONGEST_PROBLEM = 1_000

/** @throws Fault `invalid_input` for a wrong schema */
export const judgeAnswer = async (text: string, returns: JsonSchema): Promise<JudgedAnswer> => {
  const parsed = parse(findAnswerJson(text))
  if ('problem' in parsed) return { kind: 'wrong', path: '/', ...parsed }
  // Loaded on use, as only answers with a schema need it.
  const { createValidator } = await import('../../core/json-schema-validator.ts')
  const judge = createValidator(returns)
  const problem = judge(parsed.value)?.slice(0, LONGEST_PROBLEM)
  if (problem === undefined) return { kind: 'right', value: parsed.value }
  const without = dropAbsentNulls(parsed.value, returns)
  if (judge(without) === undefined) return { kind: 'right', value: without }
  return { kind: 'wrong', problem, path: /^'([^']*)'/.exec(problem)?.[1] ?? '/' }
}

const KEEP_DIGITS = "make it a string in 'returns', which keeps all digits"

const parse = (text: string): { value: JsonValue } | Flaw => {
  try {
    return { value: parseFiniteJson(text) }
  } catch (thrown) {
    if (isFault(thrown))
      return {
        problem: thrown.message,
        path: String(thrown.details?.path || '/'),
        code: thrown.code,
        hint: KEEP_DIGITS,
      }
    const shown = text.trim() === '' ? 'nothing' : JSON.stringify(text.toWellFormed().slice(0, 80))
    return { problem: `it is not JSON: expected JSON alone, got ${shown}` }
  }
}

/** Shows the model its answer, unless that is empty, the problem, and the schema, as the server may have kept that from it. */
export const writeRepair = (
  text: string,
  { problem, returns }: { problem: string; returns: JsonSchema | undefined },
): LlmMessage[] => {
  const schema = returns !== undefined && isShort(returns) ? `:\n${JSON.stringify(returns)}` : '.'
  return [
    ...(text.trim() === '' ? [] : [{ role: 'assistant', content: text } as const]),
    {
      role: 'user',
      content: `Your answer does not fit the JSON Schema that it has to be an instance of: ${problem}\nAnswer again, with the corrected JSON alone, an instance of this schema${schema}`,
    },
  ]
}
