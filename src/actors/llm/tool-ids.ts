/**
 * Ids of tool calls. Each call of an answer has one of its own, also where a server leaves ids out or repeats one; and each call of a
 * conversation has one in the form that its next vendor takes, as another vendor may have made the first turns.
 */
import type { LlmMessage, LlmToolCall } from '../../core/llm.ts'

/** Gives each call of an answer an id. @param earlier Calls of the conversation whose ids are not given again. Default: none. */
export const withIds = (calls: readonly LlmToolCall[], earlier: readonly LlmToolCall[] = []): LlmToolCall[] => {
  const seen = new Set(earlier.map(({ id }) => id))
  return calls.map((call, place) => {
    const isFree = call.id !== '' && !seen.has(call.id)
    const id = isFree ? call.id : findFree(seen, { from: earlier.length + place + 1, make: DEFAULT.make })
    seen.add(id)
    return { ...call, id }
  })
}

/** The calls of a conversation, in their order. */
export const listCalls = (messages: readonly LlmMessage[]): LlmToolCall[] =>
  messages.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []))

/** The ids that a vendor takes. */
export interface ToolIdForm {
  pattern: RegExp
  /** @param count From 1. */
  make(count: number): string
}

/** OpenAI takes 40 characters, Anthropic these signs. */
const DEFAULT: ToolIdForm = { pattern: /^[\w-]{1,40}$/, make: (count) => `call_${count}` }

/**
 * Gives each call of a conversation an id that is unique in it, and its result the same. An id that the vendor takes stays, so that equal
 * conversations have equal ids.
 */
export const toWireIds = (messages: readonly LlmMessage[], form = DEFAULT): LlmMessage[] => {
  const taken = new Set<string>()
  /** By the id in the workflow: the latest call of that id. */
  const latest = new Map<string, string>()
  const rename = (call: LlmToolCall): LlmToolCall => {
    const isFree = form.pattern.test(call.id) && !taken.has(call.id)
    const id = isFree ? call.id : findFree(taken, { from: taken.size + 1, make: form.make })
    taken.add(id)
    latest.set(call.id, id)
    return { ...call, id }
  }
  return messages.map((message) => {
    if (message.role === 'tool')
      return { ...message, tool_call_id: latest.get(message.tool_call_id) ?? message.tool_call_id }
    if (message.role !== 'assistant' || message.tool_calls === undefined) return message
    return { ...message, tool_calls: message.tool_calls.map(rename) }
  })
}

const findFree = (taken: ReadonlySet<string>, { from, make }: { from: number; make: ToolIdForm['make'] }): string => {
  for (let count = from; ; count++) {
    const id = make(count)
    if (!taken.has(id)) return id
  }
}
