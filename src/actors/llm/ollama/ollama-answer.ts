/** Reads Ollama's answers, whole or line by line, and normalises them before anything else reads them. */
import { isJsonObject, type JsonObject } from '../../../core/json.ts'
import type { LlmToolCall } from '../../../core/llm.ts'
import type { TokenCounts } from '../../../core/pricing.ts'
import { readFinish } from '../finish-reason.ts'
import type { LlmAnswer } from '../provider.ts'
import { joinUsage, readCount } from '../token-count.ts'
import { toArgumentsText } from '../tool-arguments.ts'
import { withIds } from '../tool-ids.ts'

export interface OllamaTurn {
  text: string
  thinking: string
  calls: JsonObject[]
  /** Undefined until the last line. */
  doneReason: string | undefined
  usage: TokenCounts | null
  /** True: a message has been seen. */
  isMessage: boolean
}

export const createTurn = (): OllamaTurn => ({
  text: '',
  thinking: '',
  calls: [],
  doneReason: undefined,
  usage: null,
  isMessage: false,
})

/** Takes a whole answer or a line of a stream in, and returns its piece of text. */
export const takeLine = (turn: OllamaTurn, line: JsonObject): string => {
  turn.usage = joinUsage(turn.usage, readUsage(line))
  // Versions before 0.2 have no reason.
  if (line.done === true) turn.doneReason = typeof line.done_reason === 'string' ? line.done_reason : 'stop'
  const { message } = line
  if (!isJsonObject(message)) return ''
  turn.isMessage = true
  if (typeof message.thinking === 'string') turn.thinking += message.thinking
  turn.calls.push(...[message.tool_calls ?? []].flat().filter(isJsonObject))
  const text = typeof message.content === 'string' ? message.content : ''
  turn.text += text
  return text
}

/** @param reason The word of the end. */
export const toAnswer = ({ text, thinking, calls, usage }: OllamaTurn, reason: string): LlmAnswer => ({
  text,
  toolCalls: keepThinking(withIds(calls.map(toCall)), thinking),
  ...readFinish(reason),
  usage,
})

const toCall = (call: JsonObject): LlmToolCall => {
  const { name, arguments: given } = isJsonObject(call.function) ? call.function : call
  return { id: '', name: typeof name === 'string' ? name : '', arguments: toArgumentsText(given) }
}

/** Keeps the thoughts of a turn with its first call, as the model wants to read them in the next turn. */
const keepThinking = (calls: readonly LlmToolCall[], thinking: string): LlmToolCall[] =>
  calls.map((call, place) => (place === 0 && thinking !== '' ? { ...call, opaque: { ollama: { thinking } } } : call))

export const findThinking = ({ opaque }: LlmToolCall): string | undefined =>
  isJsonObject(opaque?.ollama) && typeof opaque.ollama.thinking === 'string' ? opaque.ollama.thinking : undefined

/** Ollama leaves out the count of a prompt that its cache held whole. */
const readUsage = ({ prompt_eval_count, eval_count }: JsonObject): TokenCounts | null => {
  const [input, output] = [readCount(prompt_eval_count), readCount(eval_count)]
  return input === undefined && output === undefined
    ? null
    : { input_tokens: input ?? 0, cached_tokens: 0, output_tokens: output ?? 0 }
}
