import type { ActorContext } from '../core/actor.ts'
import { Fault, isFault } from '../core/fault.ts'
import { parseFiniteJson } from '../core/finite-json.ts'
import { isJsonObject, type JsonValue } from '../core/json.ts'
import { LLM_INPUT_SCHEMA, type LlmInput, type LlmTurn } from '../core/llm.ts'
import type { OwnActor } from '../service/own-actor.ts'
import { CHILD_PROVIDER } from '../store/usage-sums.ts'
import { toOwnActor } from './to-own-actor.ts'

export interface ActorDefinition {
  /** Kind of the steps that it performs. `defineTool` makes tools. */
  kind: 'llm'
  /** Name of the provider: the part of a model's name before the slash, `acme` in `acme/large`. */
  name: string
  description?: string
  /** All its models, without the provider. Absent: any name may exist. */
  models?: readonly string[]
  /**
   * Calls the model once. Retries are the step's policy. Returns a text, which is `{ text }` to the workflow or, where the step has
   * `returns`, is parsed as JSON; or that value itself. With `tools` in the input it may return an `LlmTurn`, which calls some; anything
   * else is the final answer. Reports usage by `context.usage`, once a call, and pieces of a text by `context.progress`. Honours
   * `context.signal`.
   */
  perform(input: LlmInput, context: ActorContext): JsonValue | LlmTurn | Promise<JsonValue | LlmTurn>
}

/**
 * Defines an actor other than a tool: a model provider. Workflows name its models as `NAME/MODEL`.
 * @throws Fault `invalid_input` for a wrong name
 */
export const defineActor = ({ kind, name, description = '', models, perform }: ActorDefinition): OwnActor => {
  if (!/^[a-z][\w-]*$/i.test(name))
    throw new Fault('invalid_input', `'${name}' is no name for a provider: expected letters, digits, '_' and '-'`)
  if (name === CHILD_PROVIDER)
    throw new Fault('invalid_input', `'${name}' is taken: expected another name for a provider`)
  return toOwnActor({
    kind,
    name,
    description,
    writes: false,
    ...(models === undefined ? {} : { models }),
    input: LLM_INPUT_SCHEMA,
    output: {},
    perform: async (input, context) => {
      const call = input as LlmInput
      const answer = await perform(call, context)
      return call.tools === undefined ? toAnswer(answer, call) : toTurn(answer, call)
    },
  })
}

const toTurn = (answer: JsonValue, call: LlmInput): LlmTurn => {
  if (!isTurn(answer))
    return { text: typeof answer === 'string' ? answer : '', tool_calls: [], output: toAnswer(answer, call) }
  const isFinal = answer.tool_calls.length === 0 && answer.output === undefined && answer.text !== ''
  return isFinal ? { ...answer, output: toAnswer(answer.text, call) } : answer
}

const isTurn = (answer: JsonValue): answer is LlmTurn =>
  isJsonObject(answer) && typeof answer.text === 'string' && Array.isArray(answer.tool_calls)

/** The placement checks the answer against `returns`. */
const toAnswer = (answer: JsonValue, { returns }: LlmInput): JsonValue => {
  if (typeof answer !== 'string') return answer
  if (returns === undefined) return { text: answer }
  try {
    return parseFiniteJson(answer)
  } catch (error) {
    if (isFault(error)) throw error
    return answer
  }
}
