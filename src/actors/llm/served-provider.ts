/**
 * Wraps calls of a server: a call without a key asks nothing, and its HTTP request ends whatever happens. A server that refuses the schema
 * of an answer is asked in words, once for each model and then always.
 */
import { isFault } from '../../core/fault.ts'
import { findAnswerJson } from './answer-json.ts'
import { withEnumTypes } from './enum-types.ts'
import { expectKey } from './missing-key.ts'
import { createModelRequest, type ModelRequest } from './model-request.ts'
import type { CallOptions, LlmAnswer, LlmProvider, LlmRequest, ProviderSettings } from './provider.ts'
import type { ModelServer } from './provider-definition.ts'
import { expectNoConflict, expectReasoning, type ServerAccess, toServerAccess } from './provider-settings.ts'
import { createThoughtFilter, cutThoughts, putThoughtsBack } from './thoughts.ts'
import { toWireIds } from './tool-ids.ts'

/** One call of a provider. */
export interface ServerCall {
  settings: ServerAccess['settings']
  asked: LlmRequest
  /** True: `returns` is asked for in words alone. */
  inWords: boolean
  request: ModelRequest
  onText: CallOptions['onText']
}

/** @param perform May throw anything; the call ends with the Fault or Cancelled that it comes to. */
export const createServedProvider = (
  server: ModelServer,
  given: ProviderSettings,
  perform: (call: ServerCall) => Promise<LlmAnswer>,
): LlmProvider => {
  const access = toServerAccess(server, given)
  const { settings } = access
  /** Models whose server refused a schema, and that are asked in words from then on. */
  const refusing = new Set<string>()
  const callOnce = async (
    asked: LlmRequest,
    { signal, onText, inWords }: CallOptions & { inWords: boolean },
  ): Promise<LlmAnswer> => {
    const request = createModelRequest({ ...access, model: asked.model, signal, streams: onText !== undefined })
    try {
      signal.throwIfAborted()
      if (onText === undefined) return await perform({ settings, asked, inWords, request, onText })
      const filter = createThoughtFilter()
      const pass = (text: string): void => (text === '' ? undefined : onText(text))
      const answer = await perform({ settings, asked, inWords, request, onText: (piece) => pass(filter.take(piece)) })
      pass(filter.end())
      return answer
    } catch (error) {
      throw request.toFault(error)
    } finally {
      request.close()
    }
  }
  return {
    name: settings.name,
    async call(given, options) {
      expectKey(settings)
      expectReasoning(server, given.params.reasoning)
      expectNoConflict(access, given)
      const asked = toAsked(given, access)
      const { model, returns, tools = [] } = asked
      if (returns === undefined)
        return cutThoughts(await callOnce(asked, { ...options, inWords: false }), settings.name)
      const inWords = asksInWords(server, settings, { model, hasTools: tools.length > 0 }) || refusing.has(model)
      const answer = await callOnce(asked, { ...options, inWords }).catch((error: unknown) => {
        if (inWords || !refusesSchema(error)) throw error
        refusing.add(model)
        return callOnce(asked, { ...options, inWords: true })
      })
      // Beside calls, the text is no instance of the schema.
      if (answer.toolCalls.length > 0) return cutThoughts(answer, settings.name)
      return { ...answer, text: findAnswerJson(answer.text) }
    },
  }
}

const asksInWords = (
  { asksInWords: inWords }: ModelServer,
  { structuredOutput }: ServerAccess['settings'],
  asked: { model: string; hasTools: boolean },
): boolean => structuredOutput === 'words' || inWords?.(asked) === true

/** Each call of the conversation has an id that the vendor takes, and its thoughts; each literal of a schema has its type. */
const toAsked = (asked: LlmRequest, { server: { toolIds }, settings: { name } }: ServerAccess): LlmRequest => ({
  ...asked,
  messages: toWireIds(asked.messages, toolIds).map((message) => putThoughtsBack(message, name)),
  ...(asked.returns !== undefined && { returns: withEnumTypes(asked.returns) }),
  ...(asked.tools !== undefined && {
    tools: asked.tools.map((tool) => ({ ...tool, input: withEnumTypes(tool.input) })),
  }),
})

/** True for a request that was refused for the schema of its answer. Its model can be asked in words. */
const refusesSchema = (error: unknown): boolean =>
  isFault(error) &&
  error.code === 'invalid_input' &&
  SCHEMA_WORDS.test(error.message) &&
  !TOOL_WORDS.test(error.message)

const SCHEMA_WORDS =
  /response_?format|json_?schema|response_?(json_?)?schema|structured.?output|output_(config|format)|guided_json|response_?mime_?type/i
/** Words of a refusal for the schema of a tool. */
const TOOL_WORDS = /\b(function|tool)s?\b.*schema|schema.*\b(function|tool)s?\b/i
