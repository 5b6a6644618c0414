/** Names and schemas of the `memory` steps and tools, as docs/language.md has them. A later release performs them. */
import type { ActorDescription } from '../../core/actor.ts'
import { closedObject, type JsonSchema } from '../../core/json-schema.ts'

const TEXT: JsonSchema = { type: 'string', minLength: 1 }
const VERSION: JsonSchema = { type: 'integer', minimum: 0 }
const TTL: JsonSchema = { type: 'string', description: 'How long the entry lives: 30m, 2d' }
const LIMIT: JsonSchema = { type: 'integer', minimum: 1, maximum: 1000 }

const listOf = (properties: Record<string, JsonSchema>): JsonSchema =>
  closedObject({ items: { type: 'array', items: closedObject(properties) } })

export const MEMORY_DESCRIPTIONS: readonly ActorDescription[] = [
  {
    name: 'memory.get',
    description: 'Reads the value under a key.',
    writes: false,
    input: closedObject({ namespace: TEXT, key: TEXT }),
    output: closedObject({ found: { type: 'boolean' }, value: {}, version: VERSION }),
  },
  {
    name: 'memory.put',
    description: 'Writes the value under a key; with if_version only if the entry still has that version.',
    writes: true,
    input: closedObject({ namespace: TEXT, key: TEXT, value: {}, ttl: TTL, if_version: VERSION }, [
      'namespace',
      'key',
      'value',
    ]),
    output: closedObject({ version: VERSION }),
    faults: ['conflict'],
  },
  {
    name: 'memory.append',
    description: 'Adds an item to the list under a key.',
    writes: true,
    input: closedObject({ namespace: TEXT, key: TEXT, value: {}, ttl: TTL }, ['namespace', 'key', 'value']),
    output: closedObject({ version: VERSION }),
  },
  {
    name: 'memory.search',
    description: 'Finds the entries of a namespace that fit a query best, best first.',
    writes: false,
    input: closedObject({ namespace: TEXT, query: TEXT, limit: LIMIT }, ['namespace', 'query']),
    output: listOf({ key: { type: 'string' }, value: {}, text: { type: 'string' }, score: { type: 'number' } }),
  },
  {
    name: 'memory.delete',
    description: 'Deletes the entry under a key; with if_version only if it still has that version.',
    writes: true,
    input: closedObject({ namespace: TEXT, key: TEXT, if_version: VERSION }, ['namespace', 'key']),
    output: closedObject({ deleted: { type: 'boolean' } }),
    faults: ['conflict'],
  },
  {
    name: 'memory.list',
    description: 'Lists the keys of a namespace; key is a prefix that they must have.',
    writes: false,
    input: closedObject({ namespace: TEXT, key: TEXT, limit: LIMIT }, ['namespace']),
    output: listOf({ key: { type: 'string' }, version: VERSION }),
  },
]
