import type { ActorDescription } from '../../../core/actor.ts'
import { closedObject, type JsonSchema } from '../../../core/json-schema.ts'
import { NUMBERS } from '../numbers-option.ts'

const PATH: JsonSchema = { type: 'string', minLength: 1, description: "Relative to the project's first file root" }
const SIZE: JsonSchema = { type: 'integer', description: 'Bytes' }
const READ_AS: JsonSchema = {
  enum: ['text', 'json', 'base64', 'blob'],
  default: 'text',
  description: 'A blob is what models take as an image',
}

/** Faults of a path. */
const FAULTS = ['not_found', 'unauthorized', 'conflict', 'unavailable']

const WRITTEN = closedObject({ path: { type: 'string' }, size: SIZE })

export const FILES_READ: ActorDescription = {
  name: 'files.read',
  description: 'Reads a file: UTF-8 text, parsed JSON, base64, or a blob.',
  writes: false,
  input: closedObject(
    {
      path: PATH,
      as: READ_AS,
      numbers: NUMBERS,
      max_bytes: { type: 'integer', minimum: 0, maximum: 5_242_880, default: 5_242_880 },
    },
    ['path'],
  ),
  output: closedObject({
    path: { type: 'string' },
    size: SIZE,
    content: { description: 'Text, with `as: json` the parsed value, with `as: blob` a blob' },
  }),
  faults: [...FAULTS, 'too_large', 'invalid_output', 'unsafe_number'],
}

export const FILES_WRITE: ActorDescription = {
  name: 'files.write',
  description: 'Writes a whole file at once: readers see the old content or the new, never half of it.',
  writes: true,
  input: closedObject(
    {
      path: PATH,
      content: { description: 'Text as it is; any other value as JSON' },
      as: { enum: ['text', 'base64'], default: 'text', description: 'How content that is a string is meant' },
      if_exists: { enum: ['replace', 'fail'], default: 'replace' },
    },
    ['path', 'content'],
  ),
  output: WRITTEN,
  faults: FAULTS,
}

export const FILES_APPEND: ActorDescription = {
  name: 'files.append',
  description: 'Adds to the end of a file, which is created when it is missing.',
  writes: true,
  input: closedObject({ path: PATH, content: { description: 'Text as it is; any other value as one line of JSON' } }, [
    'path',
    'content',
  ]),
  output: WRITTEN,
  faults: FAULTS,
}

export const FILES_LIST: ActorDescription = {
  name: 'files.list',
  description: 'Lists a folder, sorted by path.',
  writes: false,
  input: closedObject(
    {
      path: { ...PATH, default: '.' },
      recursive: { type: 'boolean', default: false },
      pattern: { type: 'string', minLength: 1, description: 'What the name must fit: * is any text, ? one character' },
      limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 1000 },
    },
    [],
  ),
  output: closedObject({
    items: {
      type: 'array',
      items: closedObject({
        path: { type: 'string', description: 'As the other file tools take it' },
        name: { type: 'string' },
        kind: { enum: ['file', 'folder'] },
        size: SIZE,
        modified_at: { type: 'string', description: 'RFC 3339, UTC' },
      }),
    },
    truncated: { type: 'boolean', description: 'Whether there are more than `limit`' },
  }),
  faults: FAULTS,
}

export const FILES_DESCRIPTIONS: readonly ActorDescription[] = [FILES_READ, FILES_WRITE, FILES_APPEND, FILES_LIST]
