/**
 * Reads the types of `input` and `returns`: converts the shorthand to JSON Schema 2020-12, and passes JSON Schema through.
 * A part that is not a type is reported and becomes `any`, so that no other finding follows from it.
 *
 * A map is JSON Schema if each of its keys is a keyword and it says what it is: by `type` with the name of a JSON Schema
 * type (or a list of them), or by `anyOf`, `oneOf`, `allOf`, `const`, `enum` or `$ref`. Else it is an object of fields.
 */
import { type JsonValue, ownValue } from '../../core/json.ts'
import { BLOB_SCHEMA, type JsonSchema } from '../../core/json-schema.ts'
import { findNearest } from '../../core/nearest.ts'
import { correct, type Hint, meant } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import { checkJsonSchema, checkWholeType } from './check-json-schema.ts'
import { withOwnBases } from './own-base.ts'
import { isSchemaTypeName, KEYWORDS, SCHEMA_TYPE_NAMES } from './plain-json-schema.ts'
import { describeNode, findEntry, toJsonValue, type YamlEntry, type YamlMap, type YamlNode } from './yaml-node.ts'

const NAMED_TYPES: Readonly<Record<string, JsonSchema>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  null: { type: 'null' },
  any: {},
  blob: BLOB_SCHEMA,
}

const TYPE_NAMES = Object.keys(NAMED_TYPES)

/** Longest type in text form. Deeper nesting is written as YAML. */
const LONGEST_TYPE = 200

/** Names of our types in other languages, which edit distance would not find. */
const FOREIGN_NAMES: Readonly<Record<string, string>> = {
  str: 'string',
  text: 'string',
  int: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  decimal: 'number',
  bool: 'boolean',
  object: 'any',
  json: 'any',
  map: 'any',
  dict: 'any',
  array: '[any]',
  list: '[any]',
  file: 'blob',
  image: 'blob',
  date: 'string',
  datetime: 'string',
}

/** A type anywhere in the language. */
export const readType = (node: YamlNode, subject: string, diagnostics: Diagnostics): JsonSchema | undefined => {
  if (node.kind === 'oddity') return undefined
  return new TypeReader(diagnostics).readWhole(node, subject)
}

/** The workflow's `input`: fields, unless the map is JSON Schema of an object as a whole. */
export const readInputType = (node: YamlMap, subject: string, diagnostics: Diagnostics): JsonSchema => {
  const reader = new TypeReader(diagnostics)
  const type = findEntry(node, 'type')
  const isObjectSchema = type !== undefined && toJsonValue(type.value) === 'object' && isJsonSchema(node)
  return isObjectSchema ? reader.read(node, subject) : reader.finish(reader.readFields(node), { node, subject })
}

/** Keywords by which a schema names a part of itself. */
const REFERRING = /"\$(?:ref|dynamicRef|id|anchor|dynamicAnchor)"/

class TypeReader {
  readonly #diagnostics: Diagnostics
  /** JSON Schema as the author wrote it. */
  readonly #own = new Set<JsonSchema>()

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics
  }

  readWhole(node: YamlNode, subject: string): JsonSchema {
    return this.finish(this.read(node, subject), { node, subject })
  }

  /** JSON Schema inside the type keeps its own base, and must fit the rest of it. */
  finish(type: JsonSchema, { node, subject }: { node: YamlNode; subject: string }): JsonSchema {
    if (this.#own.has(type)) return type
    const whole = withOwnBases(type, this.#own)
    const refers = [...this.#own].some((own) => REFERRING.test(JSON.stringify(own)))
    if (refers && !this.#diagnostics.hasErrors) checkWholeType(whole, { node, subject, diagnostics: this.#diagnostics })
    return whole
  }

  read(node: YamlNode, subject: string): JsonSchema {
    if (node.kind === 'map') return isJsonSchema(node) ? this.#readSchema(node, subject) : this.readFields(node)
    if (node.kind === 'list') return this.#readList(node.items, node, subject)
    // `string | null` read by YAML is text; `null` alone is not.
    if (node.kind === 'scalar' && node.value === null && node.range.end > node.range.start) return { type: 'null' }
    if (node.kind === 'scalar' && typeof node.value === 'string') return this.#readNames(node.value, node, subject)
    return this.#rejectShape(node, subject)
  }

  /** A closed object: every field required but `field?` and those with a default. */
  readFields(node: YamlMap): JsonSchema {
    const properties: Record<string, JsonSchema> = {}
    const required: string[] = []
    for (const entry of node.entries) {
      const { key } = entry
      const value = this.#withoutMark(entry)
      const isOptional = key.value.endsWith('?') || value !== entry.value
      const name = key.value.endsWith('?') ? key.value.slice(0, -1) : key.value
      if (name === '' || Object.hasOwn(properties, name)) this.#rejectField(key, name)
      else {
        const schema = this.read(value, name)
        properties[name] = schema
        if (!isOptional && schema.default === undefined) required.push(name)
      }
    }
    return { type: 'object', properties, ...(required.length === 0 ? {} : { required }), additionalProperties: false }
  }

  /** Other languages write the mark of an optional field behind its type: it is reported, and left out. */
  #withoutMark({ key, value }: YamlEntry): YamlNode {
    const text = value.kind === 'scalar' && value.style === 'plain' ? String(value.value) : ''
    const type = /^(\w+)\s*\?$/.exec(text)?.[1]
    if (value.kind !== 'scalar' || type === undefined || key.value.endsWith('?')) return value
    const hint = correct(
      `write ${key.value}?: ${type}`,
      { ...key.range, text: `${key.value}?` },
      { ...value.range, text: type },
    )
    const message = `'${key.value}' has an unknown type: expected the ? behind the name of the field, got '${text}'`
    this.#diagnostics.error('unknown_type', value.range, message, hint)
    return { ...value, value: type }
  }

  #readSchema(node: YamlMap, subject: string): JsonSchema {
    const ambiguous = findAmbiguous(node)
    if (ambiguous !== undefined) {
      const { value: key, range } = ambiguous.key
      const message = `'${subject}' is read as JSON Schema, in which '${key}' is no field: expected one or the other`
      const hint = `for an object with a field '${key}', write { type: object, properties: { … } }; else quote another text`
      this.#diagnostics.warning('ambiguous_type', range, message, hint)
    }
    checkJsonSchema(node, subject, this.#diagnostics)
    const schema = toJsonValue(node) as JsonSchema
    this.#own.add(schema)
    return schema
  }

  #readList(items: YamlNode[], node: YamlNode, subject: string): JsonSchema {
    const [item, second] = items
    if (item !== undefined && second === undefined) return { type: 'array', items: this.read(item, subject) }
    const words = items.map(toJsonValue)
    const isChoice = words.length > 1 && words.every((word) => typeof word === 'string' && !(word in NAMED_TYPES))
    const hint = isChoice ? `for one of these texts, write { enum: ${JSON.stringify(words)} }` : 'write [string]'
    return this.#reject(node, subject, 'expected a list with the one type of its items', hint)
  }

  /** `string`, `string[]`, `[string]` in quotes, `string | null`. */
  #readNames(text: string, node: YamlNode, subject: string): JsonSchema {
    if (text.length > LONGEST_TYPE) return this.#rejectShape(node, subject)
    const members = text.split('|').map((member) => this.#readName(member.trim(), node, subject))
    const [first, ...rest] = members
    if (first === undefined || rest.length === 0) return first ?? {}
    const names = members.map((member) => (isOnlyType(member) ? member.type : undefined))
    return names.every((name) => typeof name === 'string') ? { type: [...new Set(names)] } : { anyOf: members }
  }

  #readName(name: string, node: YamlNode, subject: string): JsonSchema {
    const list = /^\[(.+)\]$/.exec(name)?.[1] ?? /^(.+)\[\]$/.exec(name)?.[1]
    if (list !== undefined) return { type: 'array', items: this.#readName(list.trim(), node, subject) }
    const schema = Object.hasOwn(NAMED_TYPES, name) ? NAMED_TYPES[name] : undefined
    if (schema !== undefined) return schema
    const foreign = ownValue(FOREIGN_NAMES, name.toLowerCase())
    const nearest = findNearest(name, TYPE_NAMES) ?? foreign
    const hint = foreign ?? nearest
    const known = `expected one of ${TYPE_NAMES.join(', ')}, or JSON Schema`
    this.#diagnostics.error(
      'unknown_type',
      node.range,
      `'${subject}' has an unknown type: ${known}, got '${name}'`,
      hint === undefined ? 'for one of a few texts, write { enum: [a, b] }' : this.#respell(node, name, hint),
    )
    return {}
  }

  /** Puts the type in place of its misspelt name, which may be a part of the text. */
  #respell({ range }: YamlNode, name: string, type: string): Hint {
    const written = this.#diagnostics.source.text.slice(range.start, range.end)
    const at = written.indexOf(name)
    if (at === -1 || at !== written.lastIndexOf(name)) return `did you mean '${type}'?`
    return meant({ start: range.start + at, end: range.start + at + name.length }, type)
  }

  #rejectShape(node: YamlNode, subject: string): JsonSchema {
    const hint = 'write string, number, boolean, [string], { field: string }, …'
    return this.#reject(node, subject, 'expected a type', hint)
  }

  #reject(node: YamlNode, subject: string, expected: string, hint: string): JsonSchema {
    const message = `'${subject}' is not a type: ${expected}, got ${describeNode(node)}`
    this.#diagnostics.error('bad_type', node.range, message, hint)
    return {}
  }

  #rejectField(key: YamlEntry['key'], name: string): void {
    const message = name === '' ? 'a field has no name' : `the field '${name}' stands twice, once as optional`
    this.#diagnostics.error('duplicate_key', key.range, message, 'rename or remove one of them')
  }
}

const isOnlyType = (schema: JsonSchema): boolean => Object.keys(schema).length === 1 && typeof schema.type === 'string'

const DECISIVE_KEYWORDS = ['anyOf', 'oneOf', 'allOf', 'const', '$ref']

const isJsonSchema = (node: YamlMap): boolean => {
  if (!node.entries.every(({ key }) => KEYWORDS.has(key.value))) return false
  if (DECISIVE_KEYWORDS.some((keyword) => findEntry(node, keyword) !== undefined)) return true
  if (findEntry(node, 'enum')?.value.kind === 'list') return true
  const type = findEntry(node, 'type')
  if (type === undefined) return false
  const names: JsonValue = toJsonValue(type.value)
  if (Array.isArray(names)) return names.length > 0 && names.every(isSchemaTypeName)
  return isSchemaTypeName(names)
}

const AMBIGUOUS_NAMES = new Set([...TYPE_NAMES, ...SCHEMA_TYPE_NAMES])

/** `const` and `default` take any text; a bare name in place of a schema is an error already. */
const UNAMBIGUOUS_KEYWORDS = new Set(['type', 'const', 'default', 'items', 'additionalProperties'])

/** A key besides `type` whose value is the name of a type, as a field's would be. */
const findAmbiguous = (node: YamlMap): YamlEntry | undefined =>
  node.entries.find(
    ({ key, value }) =>
      !UNAMBIGUOUS_KEYWORDS.has(key.value) &&
      value.kind === 'scalar' &&
      typeof value.value === 'string' &&
      AMBIGUOUS_NAMES.has(value.value),
  )
