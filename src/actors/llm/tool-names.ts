/** Renames tools for vendors, which take letters, digits, `_` and `-`. Tools of a workflow have dots, as in `http.get`. */
import type { LlmMessage, LlmTool, LlmToolCall } from '../../core/llm.ts'

export interface ToolNames {
  /** The tools under names that every vendor takes. */
  tools: LlmTool[]
  toWire(message: LlmMessage): LlmMessage
  /** The name of a tool for the vendor. Another text stays as it is. */
  toWireName(name: string): string
  /** Names the tool of a call as the workflow does. A name that the model made up stays as it is. */
  fromWire(call: LlmToolCall): LlmToolCall
}

/** Most vendors take no longer name. */
const LONGEST = 64

export const createToolNames = (tools: readonly LlmTool[], longest = LONGEST): ToolNames => {
  const wire = new Map<string, string>()
  const own = new Map<string, string>()
  for (const { name } of tools) {
    const given = findFree(toPlain(name, longest), { taken: own, longest })
    wire.set(name, given)
    own.set(given, name)
  }
  const rename = <T extends { name: string }>(named: T): T => ({
    ...named,
    name: wire.get(named.name) ?? toPlain(named.name, longest),
  })
  return {
    tools: tools.map(rename),
    toWire(message) {
      if (message.role === 'tool') return rename(message)
      if (message.role !== 'assistant' || message.tool_calls === undefined) return message
      return { ...message, tool_calls: message.tool_calls.map(rename) }
    },
    toWireName: (name) => wire.get(name) ?? name,
    fromWire: (call) => ({ ...call, name: own.get(call.name) ?? call.name }),
  }
}

/** Serves made-up names too: they go back in the history, where a vendor refuses any other form. */
const toPlain = (name: string, longest: number): string => name.replace(/[^\w-]/g, '_').slice(0, longest) || '_'

const findFree = (
  name: string,
  { taken, longest }: { taken: ReadonlyMap<string, string>; longest: number },
): string => {
  for (let count = 2, free = name; ; count++) {
    if (!taken.has(free)) return free
    free = `${name.slice(0, longest - 4)}_${count}`
  }
}
