/**
 * Normalises the choices of a server that speaks OpenAI's chat completions interface, before anything else reads them. The whole answer of
 * such a server and a chunk of its stream have one form after this step. The wire is not the SDK's types: each field may be missing, null,
 * or of another type.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'

/** One choice of an answer, or its piece in one chunk. */
export interface ChatPart {
  index: number
  text: string
  refusal: string
  calls: CallPiece[]
  /** Undefined: the choice has not ended with this piece. */
  finish: string | undefined
  /** An error of this choice alone. */
  error: JsonValue | undefined
  /** Fields that the vendor wants back with the message in the next turn. */
  kept: JsonObject
  /** False: the choice holds no message at all. */
  isMessage: boolean
  usage: JsonValue | undefined
}

/** A call of a tool, or a piece of one. */
export interface CallPiece {
  index: number | undefined
  /** Empty: none was sent. */
  id: string
  name: string
  arguments: string
  /** Fields that the vendor wants back with the call. */
  kept: JsonObject
}

/** The field that holds the message. Some servers send both; the other one is then empty, or holds the whole text so far. */
export type MessageField = 'message' | 'delta'

export const readChoices = ({ choices }: JsonObject, field: MessageField): ChatPart[] =>
  [choices ?? []]
    .flat()
    .filter(isJsonObject)
    .map((choice) => readChoice(choice, field))

const readChoice = (choice: JsonObject, field: MessageField): ChatPart => {
  const fields = field === 'delta' ? [choice.delta, choice.message] : [choice.message, choice.delta]
  const found = fields.find(isJsonObject)
  const message = found ?? (typeof choice.text === 'string' ? { content: choice.text } : {})
  const content = readContent(message.content)
  const { finish_reason: finish, index } = choice
  return {
    index: typeof index === 'number' ? index : 0,
    text: content.text,
    refusal: content.refusal || (typeof message.refusal === 'string' ? message.refusal : ''),
    calls: readCalls(message),
    finish: typeof finish === 'string' && finish !== '' ? finish : undefined,
    error: choice.error || undefined,
    kept: { ...pick(message, KEPT_OF_MESSAGE), ...(content.thinking.length > 0 && { thinking: content.thinking }) },
    isMessage: found !== undefined || typeof choice.text === 'string',
    usage: choice.usage,
  }
}

/** Thoughts and signatures of DeepSeek, Moonshot, OpenRouter, Groq and Gemini. */
const KEPT_OF_MESSAGE = ['reasoning_content', 'reasoning', 'reasoning_details', 'extra_content']
const KEPT_OF_CALL = ['extra_content']

const pick = (from: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = from[name]
      return value === undefined || value === null || value === '' ? [] : [[name, value]]
    }),
  )

interface Content {
  text: string
  refusal: string
  /** Parts with thoughts, which Mistral sends among the parts of the text. */
  thinking: JsonObject[]
}

/** Reads a text, a list of parts, or one part. */
const readContent = (given: JsonValue | undefined): Content => {
  const content: Content = { text: '', refusal: '', thinking: [] }
  for (const part of [given ?? []].flat()) {
    if (typeof part === 'string') content.text += part
    else if (isJsonObject(part)) takePart(content, part)
  }
  return content
}

const takePart = (content: Content, part: JsonObject): void => {
  if (part.type === 'thinking' || part.type === 'reasoning') content.thinking.push(part)
  else if (typeof part.text === 'string') content.text += part.text
  else if (typeof part.refusal === 'string') content.refusal += part.refusal
}

/** The older interface has one `function_call` in place of `tool_calls`. */
const readCalls = ({ tool_calls, function_call }: JsonObject): CallPiece[] => {
  const calls = [tool_calls ?? []].flat().filter(isJsonObject)
  if (calls.length > 0) return calls.map(readCall)
  return isJsonObject(function_call) ? [readCall({ function: function_call, index: 0 })] : []
}

/** The type of a call does not count: some servers leave it out, or send an empty one. */
const readCall = (call: JsonObject): CallPiece => {
  const { name, arguments: given } = isJsonObject(call.function) ? call.function : call
  return {
    index: typeof call.index === 'number' ? call.index : undefined,
    id: typeof call.id === 'string' || typeof call.id === 'number' ? String(call.id) : '',
    name: typeof name === 'string' ? name : '',
    arguments: typeof given === 'string' ? given : given === undefined || given === null ? '' : JSON.stringify(given),
    kept: pick(call, KEPT_OF_CALL),
  }
}
