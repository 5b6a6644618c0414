/** Wraps calls of a server: a call without a key asks nothing, and its HTTP request ends whatever happens. */
import { expectKey } from './missing-key.ts'
import { createModelRequest, type ModelRequest } from './model-request.ts'
import type { CallOptions, LlmAnswer, LlmProvider, LlmRequest, ProviderSettings } from './provider.ts'
import type { ModelServer } from './provider-definition.ts'
import { expectReasoning, type ServerAccess, toServerAccess } from './provider-settings.ts'
import { stripFence } from './returns-instruction.ts'
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
  return {
    name: settings.name,
    async call(asked, { signal, onText }) {
      expectKey(settings)
      expectReasoning(server, asked.params.reasoning)
      const { model, returns, tools = [] } = asked
      const inWords = returns !== undefined && server.asksInWords?.({ model, hasTools: tools.length > 0 }) === true
      const request = createModelRequest({ ...access, model, signal, streams: onText !== undefined })
      try {
        signal.throwIfAborted()
        const messages = toWireIds(asked.messages, server.toolIds)
        const answer = await perform({ settings, asked: { ...asked, messages }, inWords, request, onText })
        return returns === undefined ? answer : { ...answer, text: stripFence(answer.text) }
      } catch (error) {
        throw request.toFault(error)
      } finally {
        request.close()
      }
    },
  }
}
