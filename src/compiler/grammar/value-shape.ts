/** Shapes of values that are or hold expressions: bare expressions, maps of them, templates with `${ }`. */
import type { JsonSchema } from '../../core/json-schema.ts'
import type { Bound, ComputedBound } from '../bound.ts'
import { toBareExpression, toTemplate } from '../read/expression-text.ts'
import type { YamlMap, YamlNode, YamlScalar } from '../read/yaml-node.ts'
import { reportSlip } from '../read/yaml-slip.ts'
import type { ExpressionText, Located, MapNode, ValueNode } from '../value-node.ts'
import {
  isInSlip,
  reportMismatch,
  type Shape,
  type ShapePlace,
  suggestQuotes,
  typeAmong,
  warnOfMisread,
} from './shape.ts'

/** A text with `${ }`. */
const COMPUTED_SCHEMA: JsonSchema = { type: 'string', pattern: '\\$\\{' }

/** A key that is always an expression. */
export const expression: Shape<ExpressionText> = {
  expected: 'an expression',
  read(node, place) {
    if (isSlip(node, place)) return undefined
    return node.kind === 'scalar'
      ? readBare(node, place)
      : reportMismatch(node, place, { expected: expression.expected })
  },
  toJsonSchema: (definitions) =>
    definitions.refer('expression', () => typeAmong('string', 'boolean', 'number', 'null')),
}

/** An expression, or a map with known keys. */
export const expressionOr = <M>(map: Shape<M>): Shape<ExpressionText | M> => ({
  expected: `${expression.expected}, or ${map.expected}`,
  read(node, place) {
    return node.kind === 'map' && isPlainMap(node) ? map.read(node, place) : expression.read(node, place)
  },
  toJsonSchema: (definitions) => ({
    anyOf: [expression.toJsonSchema(definitions), map.toJsonSchema(definitions)],
  }),
})

/** True for words with values; YAML also makes maps of expressions, such as of `{{ x }}`. */
const isPlainMap = ({ entries }: YamlMap): boolean =>
  entries.every(({ key, value }) => /^\w+$/.test(key.value) && !(value.kind === 'scalar' && value.value === null))

const readBare = (node: YamlScalar, place: ShapePlace): ExpressionText | undefined => {
  // `yields: null` is the value null; `when:` without a value is a mistake.
  const isMissing = node.value === null ? node.range.start === node.range.end : String(node.value).trim() === ''
  if (isMissing) return reportMismatch(node, place, { expected: expression.expected, problem: 'is empty' })
  if (typeof node.value === 'number') warnOfMisread(node, place, { wanted: 'any', isBare: true })
  return toBareExpression(node, place.reading.diagnostics.source.text)
}

const isSlip = (node: YamlNode, place: ShapePlace): boolean => {
  const end = reportSlip(node, place, place.reading.diagnostics)
  if (end === undefined) return false
  place.reading.slip = { start: place.start, end }
  return true
}

/** A value whose texts are expressions; lists and maps are walked. */
export const expressionValue: Shape<ValueNode> = {
  expected: 'an expression, or a list or map of expressions',
  read: (node, place) => readValue(node, place, readExpressionScalar),
  toJsonSchema: (definitions) =>
    definitions.refer('expression_value', () => ({ description: 'An expression, or a list or map of expressions.' })),
}

/** A value whose texts may hold `${ CEL }`; lists and maps are walked. */
export const template: Shape<ValueNode> = {
  expected: 'a value',
  read: (node, place) => readValue(node, place, readTemplateScalar),
  toJsonSchema: (definitions) =>
    definitions.refer('template', () => ({ description: 'A value whose texts may hold ${ expression }.' })),
}

/** Text that may hold `${ CEL }`, or one `${ CEL }` for a value. */
export const templateText: Shape<ValueNode> = {
  expected: 'a text, which may hold ${ … }',
  read(node, place) {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') {
      const hint = node.kind === 'scalar' ? suggestQuotes(node, place) : undefined
      return reportMismatch(node, place, { expected: templateText.expected, hint })
    }
    return toTemplate(node, place.subject, place.reading.diagnostics)
  },
  toJsonSchema: (definitions) =>
    definitions.refer('template_text', () => ({ type: 'string', description: 'May hold ${ expression }.' })),
}

/** A number of the file, or text with `${ CEL }` that gives it in a run. Blanks around one `${ }` are dropped. */
export const orComputed = (shape: Shape<Located<number>>): Shape<Bound> => ({
  expected: shape.expected,
  read(node, place) {
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || !node.value.includes('${'))
      return shape.read(node, place)
    const value = toTemplate(node, place.subject, place.reading.diagnostics)
    if (value.kind === 'expression' || value.kind === 'template') return toOneExpression(value)
    // An unclosed `${` is reported, and its text is unchanged. `$${` stands for text, which is none of these numbers.
    return value.kind === 'literal' && value.value === node.value ? undefined : shape.read(node, place)
  },
  toJsonSchema: (definitions) => ({
    anyOf: [shape.toJsonSchema(definitions), COMPUTED_SCHEMA],
  }),
})

const toOneExpression = (value: ComputedBound): ComputedBound => {
  if (value.kind === 'expression') return value
  const [only, ...others] = value.parts.filter((part) => typeof part !== 'string' || part.trim() !== '')
  return typeof only === 'object' && others.length === 0
    ? { kind: 'expression', expression: only, range: value.range }
    : value
}

/** The input of an actor: a map, or one `${ CEL }` for a map. `suggested` keys are offered by editors, not enforced here. */
export const templateInput = (suggested: Record<string, string> = {}): Shape<ValueNode> => {
  const expected = 'a map, or one ${ … }'
  return {
    expected,
    read(node, place) {
      if (node.kind === 'list') return reportMismatch(node, place, { expected })
      const value = template.read(node, place)
      if (value === undefined || value.kind === 'map' || value.kind === 'expression') return value
      return reportMismatch(node, place, { expected })
    },
    toJsonSchema: (definitions) => ({ anyOf: [templateMap(suggested).toJsonSchema(definitions), COMPUTED_SCHEMA] }),
  }
}

const toSuggestions = (suggested: Record<string, string>): JsonSchema => {
  const entries = Object.entries(suggested).map(([key, description]) => [key, { description }] as const)
  return entries.length === 0 ? {} : { properties: Object.fromEntries(entries) }
}

/** A map whose values' texts may hold `${ CEL }`; other keys than the known ones are judged later. */
export const templateMap = (suggested: Record<string, string> = {}): Shape<MapNode> => ({
  expected: 'a map',
  read: (node, place) => readMapOf(template, node, place),
  toJsonSchema: (definitions) => ({
    type: 'object',
    ...toSuggestions(suggested),
    additionalProperties: template.toJsonSchema(definitions),
  }),
})

/** A map from names to expressions. */
export const expressionMap: Shape<MapNode> = {
  expected: 'a map from names to expressions',
  read(node, place) {
    const map = readMapOf(expressionValue, node, place)
    if (map?.entries.length === 0)
      return reportMismatch(node, place, { expected: expressionMap.expected, problem: 'is empty' })
    return map
  },
  toJsonSchema: (definitions) => ({
    type: 'object',
    minProperties: 1,
    additionalProperties: expressionValue.toJsonSchema(definitions),
  }),
}

const readMapOf = (shape: Shape<ValueNode>, node: YamlNode, place: ShapePlace): MapNode | undefined => {
  if (node.kind !== 'map') return reportMismatch(node, place, { expected: 'a map' })
  const value = shape.read(node, place)
  return value?.kind === 'map' ? value : undefined
}

type ReadScalar = (node: YamlScalar, place: ShapePlace) => ValueNode | undefined

/** Reads a part that can't be read as null, with a finding, so that the rest of the value is still checked. */
const readValue = (node: YamlNode, place: ShapePlace, readScalar: ReadScalar): ValueNode | undefined => {
  const { range } = node
  const unread: ValueNode = { kind: 'literal', value: null, range }
  switch (node.kind) {
    case 'scalar':
      return readScalar(node, place)
    case 'oddity':
      if (readScalar === readExpressionScalar && isSlip(node, place)) return undefined
      return reportMismatch(node, place, { expected: 'a value' })
    case 'list': {
      const items = node.items.flatMap((item, index) => {
        if (isInSlip(item, place)) return []
        const subject = `${place.subject}[${index}]`
        const itemPlace = { ...place, subject, start: item.range.start, inFlow: node.flow }
        return readValue(item, itemPlace, readScalar) ?? unread
      })
      return { kind: 'list', items, range }
    }
    case 'map':
      return { kind: 'map', entries: readEntries(node, place, readScalar), range }
  }
}

const readEntries = (node: YamlMap, place: ShapePlace, readScalar: ReadScalar): MapNode['entries'] =>
  node.entries.flatMap(({ key, value, valueStart }) => {
    if (isInSlip(key, place)) return []
    const start = valueStart ?? value.range.start
    const entryPlace = { reading: place.reading, subject: key.value, start, inFlow: node.flow }
    const unread: ValueNode = { kind: 'literal', value: null, range: value.range }
    return { key, value: readValue(value, entryPlace, readScalar) ?? unread }
  })

const readExpressionScalar: ReadScalar = (node, place) => {
  if (isSlip(node, place)) return undefined
  const { range, value } = node
  if (typeof value !== 'string') return { kind: 'literal', value, range }
  const bare = readBare(node, place)
  return bare === undefined ? undefined : { kind: 'expression', expression: bare, range }
}

const readTemplateScalar: ReadScalar = (node, place) => toTemplate(node, place.subject, place.reading.diagnostics)
