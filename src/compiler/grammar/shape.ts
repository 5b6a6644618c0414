/**
 * Shapes describe the values of a YAML file. One shape serves three ends: it checks and reads the YAML into the typed
 * document, whose type it carries (`Infer`); it writes the JSON Schema for editors; and it holds the words of the reference.
 * The grammars of workflow and config are built of shapes alone.
 */
import type { ToolEntry } from '../../core/catalogue-entry.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { correct, type Hint, quoteIt } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { DiagnosticCode } from '../diagnostic-codes.ts'
import { findMisread, type MisreadPlace } from '../read/misread-value.ts'
import { describeNode, type YamlNode, type YamlScalar } from '../read/yaml-node.ts'
import type { SlipPlace } from '../read/yaml-slip.ts'
import type { Range } from '../source.ts'

export interface Shape<T> {
  /** Completes messages: `expected ${expected}`. */
  readonly expected: string
  /** Undefined when the node does not fit; the reason has been reported then. */
  read(node: YamlNode, place: ShapePlace): T | undefined
  toJsonSchema(definitions: Definitions): JsonSchema
}

/** The type that a shape reads. */
export type Infer<S> = S extends Shape<infer T> ? T : never

/** The place of a value, while it is read. */
export interface ShapePlace extends SlipPlace {
  reading: Reading
}

/** One reading of one file. */
export interface Reading {
  diagnostics: Diagnostics
  /** The last slip. Keys and items that YAML found inside it are skipped. */
  slip: Range
}

/** True for a node that YAML split off an expression without quotes: it is reported with that expression. */
export const isInSlip = ({ range }: { range: Range }, { reading }: ShapePlace): boolean =>
  range.start > reading.slip.start && range.start < reading.slip.end

/** The place of a whole file. */
export const createRootPlace = (subject: string, node: YamlNode, diagnostics: Diagnostics): ShapePlace => ({
  reading: { diagnostics, slip: { start: 0, end: 0 } },
  subject,
  start: node.range.start,
  inFlow: false,
})

/** Collects the named parts of a JSON Schema, each of which may refer to itself. */
export interface Definitions {
  refer(name: string, create: () => JsonSchema): JsonSchema
  /** Tools that editors offer. */
  readonly tools: readonly Pick<ToolEntry, 'name' | 'description'>[]
}

/** A value of one of these types; a list of types in `type` is refused by strict validators. */
export const typeAmong = (...types: readonly string[]): JsonSchema => ({
  anyOf: types.map((type) => ({ type })),
})

export interface Mismatch {
  expected: string
  code?: DiagnosticCode
  /** Ends the sentence about the subject; default: `has the wrong shape`. */
  problem?: string
  hint?: Hint | undefined
}

/** Reports that the node does not fit. An unknown tag or alias is reported as such. */
export const reportMismatch = (node: YamlNode, place: ShapePlace, mismatch: Mismatch): undefined => {
  const { diagnostics } = place.reading
  if (node.kind === 'oddity') {
    const [code, problem, hint] =
      node.problem === 'tag'
        ? (['unknown_tag', "has a tag that is not YAML's own", 'quote the text, or remove the tag'] as const)
        : (['unknown_alias', 'is an alias of no anchor before it', quoteText(node)] as const)
    const message = `'${place.subject}' ${problem}: expected ${mismatch.expected}, got ${node.text}`
    diagnostics.error(code, node.range, message, hint)
    return undefined
  }
  const { code = 'wrong_shape', problem = 'has the wrong shape', expected, hint } = mismatch
  const message = `'${place.subject}' ${problem}: expected ${expected}, got ${describeNode(node)}`
  diagnostics.error(code, node.range, message, hint)
  return undefined
}

const quoteText = ({ range, text }: Extract<YamlNode, { kind: 'oddity' }>): Hint =>
  correct(`quote the text: "${text}"`, { ...range, text: `"${text}"` })

/** The hint for a value that has to be text, as it is written. */
export const suggestQuotes = (node: YamlScalar, place: ShapePlace): Hint | undefined =>
  node.value === null ? undefined : quoteIt(node.range, `"${writtenText(node, place)}"`)

/** Warns of a value that YAML reads as another one than is written. */
export const warnOfMisread = (node: YamlScalar, place: ShapePlace, wanted: MisreadPlace): void => {
  const found = findMisread({ written: writtenText(node, place), value: node.value }, wanted)
  if (found === undefined) return
  const hint = correct(found.hint, { ...node.range, text: found.replacement })
  place.reading.diagnostics.warning('misread_value', node.range, `'${place.subject}' ${found.problem}`, hint)
}

const writtenText = ({ range }: YamlScalar, { reading }: ShapePlace): string =>
  reading.diagnostics.source.text.slice(range.start, range.end)

/** The same shape with another result; `convert` may report and return undefined. */
export const mapped = <T, U>(
  shape: Shape<T>,
  convert: (value: T, node: YamlNode, place: ShapePlace) => U | undefined,
): Shape<U> => ({
  expected: shape.expected,
  read(node, place) {
    const value = shape.read(node, place)
    return value === undefined ? undefined : convert(value, node, place)
  },
  toJsonSchema: (definitions) => shape.toJsonSchema(definitions),
})

/** A shape that refers to itself, or that many others refer to, under a name in the JSON Schema. */
export const named = <T>(name: string, expected: string, create: () => Shape<T>): Shape<T> => {
  let shape: Shape<T> | undefined
  const resolve = (): Shape<T> => {
    shape ??= create()
    return shape
  }
  return {
    expected,
    read: (node, place) => resolve().read(node, place),
    toJsonSchema: (definitions) => definitions.refer(name, () => resolve().toJsonSchema(definitions)),
  }
}

interface Forms<S, L, M> {
  scalar?: Shape<S>
  list?: Shape<L>
  map?: Shape<M>
}

/** One of up to three shapes, chosen by the YAML form of the value. */
export const byForm = <S = never, L = never, M = never>(expected: string, forms: Forms<S, L, M>): Shape<S | L | M> => ({
  expected,
  read(node, place) {
    const shape: Shape<S | L | M> | undefined = node.kind === 'oddity' ? undefined : forms[node.kind]
    return shape === undefined ? reportMismatch(node, place, { expected }) : shape.read(node, place)
  },
  toJsonSchema(definitions) {
    const shapes = [forms.scalar, forms.list, forms.map].filter((shape) => shape !== undefined)
    return { anyOf: shapes.map((shape) => shape.toJsonSchema(definitions)) }
  },
})
