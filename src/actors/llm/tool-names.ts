/** Vendors take names of letters, digits, `_` and `-`, 64 at most; tools of a workflow have dots, as in `http.get`. */
import type { LlmMessage, LlmTool, LlmToolCall } from '../../core/llm.ts'

export interface ToolNames {
  /** The tools under names that every vendor takes. */
  tools: LlmTool[]
  toWire(message: LlmMessage): LlmMessage
  /** A call as the workflow names its tool; a name that was made up stays as it is. */
  fromWire(call: LlmToolCall): LlmToolCall
}

const LONGEST = 64

export const createToolNames = (tools: readonly LlmTool[]): ToolNames => {
  const wire = new Map<string, string>()
  const own = new Map<string, string>()
  for (const { name } of tools) {
    const given = findFree(name.replace(/[^\w-]/g, '_').slice(0, LONGEST) || '_', own)
    wire.set(name, given)
    own.set(given, name)
  }
  const rename = <T extends { name: string }>(named: T): T => ({
    ...named,
    name: wire.get(named.name) ?? toPlain(named.name),
  })
  return {
    tools: tools.map(rename),
    toWire(message) {
      if (message.role === 'tool') return rename(message)
      if (message.role !== 'assistant' || message.tool_calls === undefined) return message
      return { ...message, tool_calls: message.tool_calls.map(rename) }
    },
    fromWire: (call) => ({ ...call, name: own.get(call.name) ?? call.name }),
  }
}

/** What a model called that does not exist, and is told so: its name goes back in the history, and must be one. */
const toPlain = (name: string): string => name.replace(/[^\w-]/g, '_').slice(0, LONGEST) || '_'

const findFree = (name: string, taken: ReadonlyMap<string, string>): string => {
  for (let count = 2, free = name; ; count++) {
    if (!taken.has(free)) return free
    free = `${name.slice(0, LONGEST - 4)}_${count}`
  }
}
