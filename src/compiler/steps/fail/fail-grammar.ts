/** Grammar of `fail`: a fault of its own, `{ code, message, details }`, or `{ from: error }`, which raises again the fault that was caught. */
import type { ComputedBound } from '../../bound.ts'
import { correct } from '../../correction.ts'
import { checkExclusive } from '../../grammar/exclusive-keys.ts'
import { type Fields, type FromScalar, hintMap, readFields, toObjectSchema } from '../../grammar/record-shape.ts'
import { snakeCase, word } from '../../grammar/scalar-shape.ts'
import { reportMismatch, type Shape, type ShapePlace } from '../../grammar/shape.ts'
import { templateInput, templateText } from '../../grammar/value-shape.ts'
import { findEntry, type YamlMap, type YamlNode } from '../../read/yaml-node.ts'
import type { Located, ValueNode } from '../../value-node.ts'

/** A word of the file, or text with `${ }` that gives it in a run. */
export type FailCode = Located<string> | ComputedBound

export type Raised =
  | { kind: 'own'; code: FailCode; message: ValueNode; details: ValueNode | undefined }
  | { kind: 'again'; from: Located<'error'> }

const COMPUTED = { type: 'string', pattern: '\\$\\{' } as const

/** An expression that stands where a word is expected. */
const BARE = /^(?:error|input|steps|iter|run|env)(?:\.\??[A-Za-z_]\w*)+$/

const failCode: Shape<FailCode> = {
  expected: 'a fault code in snake_case, or ${ … }',
  read(node, place) {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') return snakeCase.read(node, place)
    if (BARE.test(node.value)) return reportBare(node, place, node.value)
    if (!node.value.includes('${')) return snakeCase.read(node, place)
    const value = templateText.read(node, place)
    return value?.kind === 'expression' || value?.kind === 'template' ? value : undefined
  },
  toJsonSchema: (definitions) => ({ anyOf: [snakeCase.toJsonSchema(definitions), COMPUTED] }),
}

const reportBare = (node: YamlNode, place: ShapePlace, text: string): undefined => {
  const quoted = `"\${${text}}"`
  const hint = correct(`write code: ${quoted}`, { ...node.range, text: quoted })
  return reportMismatch(node, place, {
    expected: failCode.expected,
    code: 'bad_id',
    problem: 'is not a valid name',
    hint,
  })
}

const OWN_FIELDS = {
  code: { shape: failCode, doc: 'The fault code, in snake_case; `${ … }` gives a text that is one.', required: true },
  message: { shape: templateText, doc: 'What happened, for people.', required: true },
  details: {
    shape: templateInput(),
    doc: 'A map, or one `${ … }`: values that `error.details` has where the fault is handled.',
  },
} as const satisfies Fields

const AGAIN_FIELDS = {
  from: {
    shape: word('error'),
    doc: '`error`: the fault that `on_error` caught, with its code, message, details and the step that raised it. Excludes the other keys.',
    required: true,
  },
} as const satisfies Fields

const OWNER = 'a fail'

const FORMS = 'a map with code and message, or { from: error }'

/** The map that is meant by a text: `fail: error`, or a message alone. */
const fromScalar: FromScalar = (value) => {
  if (value === 'error') return '{ from: error }'
  return typeof value === 'string' ? `{ code: …, message: ${JSON.stringify(value)} }` : undefined
}

export const raised: Shape<Raised> = {
  expected: FORMS,
  read(node, place) {
    if (node.kind !== 'map')
      return reportMismatch(node, place, { expected: FORMS, hint: hintMap(node, place, fromScalar) })
    if (findEntry(node, 'from') !== undefined) return readAgain(node, place)
    const { code, message, details } = readFields(node, OWN_FIELDS, place, { owner: OWNER }).values
    if (code === undefined || message === undefined) return undefined
    return { kind: 'own', code, message, details }
  },
  toJsonSchema: (definitions) => ({
    anyOf: [toObjectSchema(OWN_FIELDS, definitions), toObjectSchema(AGAIN_FIELDS, definitions)],
  }),
}

const readAgain = (node: YamlMap, place: ShapePlace): Raised | undefined => {
  const { reading } = place
  if (!Object.keys(OWN_FIELDS).every((key) => checkExclusive(node, ['from', key], { owner: OWNER, reading })))
    return undefined
  const { from } = readFields(node, AGAIN_FIELDS, place, { owner: OWNER }).values
  return from && { kind: 'again', from }
}
