/**
 * A run in which a model uses tools, made to be killed anywhere, and the one server that everything it asks for comes to: the model's
 * turns, in the words of a vendor, and the calls of its tools. Requests are told apart by what they say.
 */
import type { ServerResponse } from 'node:http'
import type { JsonObject } from '../../src/core/json.ts'
import { type ReceivedRequest, sendJson, startHttpServer } from '../support/http-server.ts'
import type { WireAnswer, WireVendor } from '../support/wire/wire.ts'

/** Requests of the run, in a possible order: turns of the model, and what they look up, at once within a turn. */
export const ASKED: readonly string[] = ['turn_1', 'a', 'b', 'c', 'turn_2', 'd', 'turn_3', 'e', 'f', 'turn_4']

/** The tool calls of each turn. */
const LOOKED_UP: Readonly<Record<string, readonly string[]>> = {
  turn_1: ['a', 'b', 'c'],
  turn_2: ['d'],
  turn_3: ['e', 'f'],
}

export const EXPECTED_OUTPUT = { sum: 21 }

/** The path of an effect in the journal to what it asks for. */
export const NAMES: ReadonlyMap<string, string> = new Map(
  ['turn_1', 'turn_2', 'turn_3', 'turn_4'].flatMap((turn): [string, string][] => [
    [`research/${turn}`, turn],
    ...(LOOKED_UP[turn] ?? []).map((name, index): [string, string] => [`research/${turn}_call_${index + 1}`, name]),
  ]),
)

/** Signed thoughts, which a vendor wants back as they were. */
export const SIGNATURE = 'EqoBCkgIBRABGAIiQL8x'

export const workflowFor = (model: string): string => `workflow: research
models: { default: ${model} }
input: { url: string }
steps:
  - id: research
    llm: default
    tools: [http.get]
    max_turns: 6
    prompt: "What do the notes at \${input.url} come to?"
    returns: { sum: integer }
    params: { max_tokens: 2000 }
output: steps.research.output
`

export interface SeenRequest {
  name: string
  /** Request body of a model; empty for a tool. */
  body: string
}

export interface ToolServer {
  url: string
  /** In order of arrival. */
  seen: SeenRequest[]
  /** Answers what is asked by these names, now and later; all else waits. Forgets what was seen. */
  begin(answered: readonly string[]): void
  /** Called when the answer to the last of the names has left; whatever comes later waits. */
  onLast: (name: string) => void
  stop(): Promise<void>
}

export const startToolServer = async (vendor: WireVendor): Promise<ToolServer> => {
  let answered: readonly string[] = []
  const server = await startHttpServer((request, response) => {
    const name = nameOf(request, vendor)
    self.seen.push({ name, body: request.body })
    // A process whose request is not answered is killed while it waits.
    if (!answered.includes(name)) return
    response.once('finish', () => name === answered.at(-1) && self.onLast(name))
    answer(name, { request, response, vendor, url: self.url })
  })
  const self: ToolServer = {
    url: server.url,
    seen: [],
    begin(names) {
      answered = names
      self.seen = []
      self.onLast = () => {}
    },
    onLast: () => {},
    stop: server.stop,
  }
  return self
}

const nameOf = (request: ReceivedRequest, vendor: WireVendor): string => {
  const [, name] = /^\/look-up\/(\w+)$/.exec(request.url) ?? []
  if (name !== undefined) return name
  const { messages } = vendor.readRequest(request)
  return `turn_${messages.filter(({ role }) => role === 'assistant').length + 1}`
}

interface Exchange {
  request: ReceivedRequest
  response: ServerResponse
  vendor: WireVendor
  url: string
}

const answer = (name: string, { request, response, vendor, url }: Exchange): void => {
  response.sendDate = false // the same answer, so that the same request follows
  if (!name.startsWith('turn_')) {
    sendJson(response, { value: 'abcdef'.indexOf(name) + 1 })
    return
  }
  const tool = vendor.readRequest(request).tools[0]?.name ?? ''
  const toolCalls = LOOKED_UP[name]?.map((one) => ({
    name: tool,
    arguments: JSON.stringify({ url: `${url}/look-up/${one}` }),
  }))
  const said: WireAnswer = toolCalls === undefined ? { text: ['{"sum":21}'] } : { text: ['I look it up.'], toolCalls }
  sendJson(response, withThoughts(vendor.encodeAnswer(said, request), vendor))
}

/** Gemini's server signs by itself. */
const withThoughts = (body: JsonObject, { name }: WireVendor): JsonObject => {
  if (name !== 'anthropic') return body
  const thought = { type: 'thinking', thinking: 'The notes must be read.', signature: SIGNATURE }
  return { ...body, content: [thought, ...(body.content as JsonObject[])] }
}
