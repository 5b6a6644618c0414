/** A small catalogue for tests of the compiler: one tool of each sort, the mock provider and two that are not there yet. */
import type { Catalogue, ToolEntry } from '../../src/compiler/catalogue.ts'
import type { JsonSchema } from '../../src/core/json-schema.ts'

const TEXT: JsonSchema = { type: 'string' }
const NUMBER: JsonSchema = { type: 'number' }

const closed = (properties: Record<string, JsonSchema>, required: string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const tool = (name: string, entry: Partial<ToolEntry>): [string, ToolEntry] => [
  name,
  { name, description: `The tool ${name}`, writes: false, input: {}, output: {}, available: true, ...entry },
]

const HTTP_INPUT = { url: TEXT, json: {}, headers: { type: 'object', additionalProperties: TEXT } }
const HTTP_OUTPUT = closed({ status: NUMBER, body: {}, headers: { type: 'object', additionalProperties: TEXT } }, [
  'status',
  'body',
  'headers',
])
const http = (method: string, writes: boolean): [string, ToolEntry] =>
  tool(`http.${method}`, { writes, input: closed(HTTP_INPUT, ['url']), output: HTTP_OUTPUT })

const FOUND = closed({ key: TEXT, value: {}, text: TEXT, score: NUMBER }, ['key', 'value', 'text', 'score'])

export const TEST_CATALOGUE: Catalogue = {
  tools: new Map([
    http('get', false),
    http('post', true),
    http('delete', true),
    tool('text.join', {
      input: closed({ parts: { type: 'array', items: TEXT }, mode: { enum: ['plain', 'lines'] } }, ['parts']),
      output: closed({ text: TEXT }, ['text']),
    }),
    tool('memory.get', {
      available: false,
      input: closed({ namespace: TEXT, key: TEXT }, ['namespace', 'key']),
      output: closed({ found: { type: 'boolean' }, value: {}, version: NUMBER }, ['found', 'value', 'version']),
    }),
    tool('memory.search', {
      available: false,
      input: closed({ namespace: TEXT, query: TEXT, limit: NUMBER }, ['namespace', 'query']),
      output: closed({ items: { type: 'array', items: FOUND } }, ['items']),
    }),
  ]),
  providers: new Map(
    [
      { name: 'mock', available: true, models: ['echo', 'script'] },
      { name: 'ollama', available: false },
      { name: 'anthropic', available: false },
    ].map((provider) => [provider.name, provider]),
  ),
}
