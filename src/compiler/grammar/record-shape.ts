/** Shapes of maps with known keys. Each field has its words for the reference, and is required or not. */
import type { JsonSchema } from '../../core/json-schema.ts'
import { correct, type Hint, meantNearest } from '../correction.ts'
import { findEntry, type YamlEntry, type YamlMap, type YamlNode } from '../read/yaml-node.ts'
import type { Range } from '../source.ts'
import { type Definitions, type Infer, isInSlip, reportMismatch, type Shape, type ShapePlace } from './shape.ts'

/** One field. Its name in the grammar is the property of the typed document. */
export interface Field<T = unknown> {
  /** The word in YAML. Default: the property in snake_case. */
  key?: string
  shape: Shape<T>
  /** One or two sentences for the reference and for editors. */
  doc: string
  required?: true
  /** Value of an absent field, as JSON, for the reference. */
  default?: string | number | boolean
}

export type Fields = Record<string, Field>

type RequiredNames<F extends Fields> = { [K in keyof F]: F[K] extends { required: true } ? K : never }[keyof F]

/** Every field of a record that could be read. */
export type PartialOf<F extends Fields> = { [K in keyof F]?: Infer<F[K]['shape']> }

export type RecordOf<F extends Fields> = PartialOf<F> & { [K in RequiredNames<F>]: Infer<F[K]['shape']> }

/** The word of a field in YAML. */
export const wordOf = (property: string, { key }: Pick<Field, 'key'>): string =>
  key ?? property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

type NamedFields = ReadonlyMap<string, Field & { property: string }>

/** The fields by their words in YAML, each with its property. Every map of a file is read by them: they are named once. */
export const byKey = (fields: Fields): NamedFields => {
  const known = named.get(fields)
  if (known !== undefined) return known
  const fresh: NamedFields = new Map(
    Object.entries(fields).map(([property, field]) => [wordOf(property, field), { property, ...field }]),
  )
  named.set(fields, fresh)
  return fresh
}

const named = new WeakMap<Fields, NamedFields>()

export interface RecordNames {
  /** In messages: `a retry`. */
  owner: string
  /** Hints for keys that belong elsewhere: `'with' is a key of tool, code, memory`. */
  elsewhere?: (entry: YamlEntry) => Hint | undefined
}

export interface ReadFields<F extends Fields> {
  values: PartialOf<F>
  /** Every key is known, every required field is present, and every value fits. */
  isWhole: boolean
}

/** Reads every field that can be read; reports unknown and missing keys. */
export const readFields = <F extends Fields>(
  node: YamlMap,
  fields: F,
  place: ShapePlace,
  names: RecordNames,
): ReadFields<F> => {
  const known = byKey(fields)
  const values: Record<string, unknown> = {}
  let isWhole = true
  for (const entry of node.entries) {
    if (isInSlip(entry.key, place)) continue
    const field = known.get(entry.key.value)
    if (field === undefined) {
      reportUnknownKey(entry, [...known.keys()], place, names)
      isWhole = false
      continue
    }
    const value = field.shape.read(entry.value, toFieldPlace(entry, node, place))
    if (value === undefined) isWhole = false
    else values[field.property] = value
  }
  for (const [key, field] of known)
    if (field.required && findEntry(node, key) === undefined) {
      const message = `'${key}' is missing in ${names.owner}: expected ${field.shape.expected}`
      place.reading.diagnostics.error('missing_key', beginningOf(node), message, `add \`${key}:\` — ${field.doc}`)
      isWhole = false
    }
  return { values: values as PartialOf<F>, isWhole }
}

const toFieldPlace = (entry: YamlEntry, map: YamlMap, place: ShapePlace): ShapePlace => ({
  reading: place.reading,
  subject: entry.key.value,
  start: entry.valueStart ?? entry.value.range.start,
  inFlow: map.flow,
})

const reportUnknownKey = (entry: YamlEntry, known: string[], place: ShapePlace, names: RecordNames): void => {
  const { value: key, range } = entry.key
  const hint = names.elsewhere?.(entry) ?? meantNearest(range, key, known) ?? `its keys: ${known.join(', ')}`
  place.reading.diagnostics.error('unknown_key', range, `'${key}' is not a key of ${names.owner}`, hint)
}

/** The first key of a block map, or the whole of a flow map. */
export const beginningOf = (node: YamlMap): Range =>
  node.flow ? node.range : (node.entries[0]?.key.range ?? node.range)

/** A closed map of known fields; undefined when a required one is missing or malformed. */
export const record = <F extends Fields>(
  owner: string,
  fields: F,
  options: { fromScalar?: FromScalar } = {},
): Shape<RecordOf<F>> => {
  const expected = `a map with ${listKeys(fields)}`
  return {
    expected,
    read(node, place) {
      if (node.kind !== 'map')
        return reportMismatch(node, place, { expected, hint: hintMap(node, place, options.fromScalar) })
      const { values } = readFields(node, fields, place, { owner })
      const isComplete = Object.entries(fields).every(([property, { required }]) => !required || property in values)
      return isComplete ? (values as RecordOf<F>) : undefined
    },
    toJsonSchema: (definitions) => toObjectSchema(fields, definitions),
  }
}

/** The map that is meant by a single value, as YAML; with `…` where a part of it is not known. */
export type FromScalar = (value: string | number | boolean | null) => string | undefined

/** `write retry: { max: 3 }` for `retry: 3`. */
export const hintMap = (node: YamlNode, { subject }: ShapePlace, fromScalar?: FromScalar): Hint | undefined => {
  const text = node.kind === 'scalar' ? fromScalar?.(node.value) : undefined
  if (text === undefined) return undefined
  const words = `write ${subject}: ${text}`
  return text.includes('…') ? words : correct(words, { ...node.range, text })
}

const listKeys = (fields: Fields): string => {
  const required = requiredKeys(fields)
  return required.length > 0 ? required.join(' and ') : [...byKey(fields).keys()].join(', ')
}

const requiredKeys = (fields: Fields): string[] =>
  [...byKey(fields)].filter(([, { required }]) => required).map(([key]) => key)

export const toObjectSchema = (fields: Fields, definitions: Definitions): JsonSchema => {
  const required = requiredKeys(fields)
  return {
    type: 'object',
    properties: Object.fromEntries([...byKey(fields)].map(([key, field]) => [key, toFieldSchema(field, definitions)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
}

const toFieldSchema = (field: Field, definitions: Definitions): JsonSchema => ({
  description: field.doc,
  ...(field.default === undefined ? {} : { default: field.default }),
  ...field.shape.toJsonSchema(definitions),
})
