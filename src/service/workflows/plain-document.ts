/** Converts a workflow to plain values under the names of the language, so that two versions can be compared. */
import { toCanonicalDocument } from '../../compiler/canonical-document.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'

export interface PlainWorkflow {
  /** Everything but the steps. */
  settings: JsonObject
  /** By id, in the order of the file, steps inside blocks included. */
  steps: ReadonlyMap<string, PlainStep>
}

export interface PlainStep {
  kind: string
  /** Block around it: `gather/docs` for a branch of a parallel; empty: none. */
  inside: string
  /** Without the steps inside it. */
  fields: JsonObject
}

export const toPlainWorkflow = ({ workflow }: Pick<CompiledWorkflow, 'workflow'>): PlainWorkflow => {
  const { steps = [], name: _, ...settings } = toCanonicalDocument(workflow) as JsonObject
  const plain = new Map<string, PlainStep>()
  collectSteps(steps, { inside: '', plain })
  return { settings: toFields(settings), steps: plain }
}

const collectSteps = (steps: JsonValue, { inside, plain }: { inside: string; plain: Map<string, PlainStep> }): void => {
  if (!Array.isArray(steps)) return
  for (const step of steps.filter(isJsonObject)) {
    const { id: given, kind = '', steps: own, branches, cases, ...fields } = step
    const id = String(simplify(given ?? ''))
    const lists = { own, branches, cases }
    plain.set(id, { kind: String(kind), inside, fields: toFields({ ...fields, ...describeLists(lists) }) })
    collectSteps(own ?? [], { inside: id, plain })
    for (const branch of toObjects(branches))
      collectSteps(branch.steps ?? [], { inside: `${id}/${String(simplify(branch.name ?? ''))}`, plain })
    for (const [index, { then }] of toObjects(cases).entries())
      if (isJsonObject(then)) collectSteps(then.steps ?? [], { inside: `${id}/${index + 1}`, plain })
  }
}

const toObjects = (value: JsonValue | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : []

/** Describes the cases of a switch without their steps, which are compared by themselves. */
const describeLists = ({ cases }: { cases: JsonValue | undefined }): JsonObject =>
  cases === undefined
    ? {}
    : {
        cases: toObjects(cases).map(({ when, then }) => {
          const { steps: _, ...way } = isJsonObject(then) ? then : {}
          return { ...(when === undefined ? {} : { when }), ...way }
        }),
      }

/** Fields that hold the user's own JSON, which is kept as it is. */
const AS_IT_IS: ReadonlySet<string> = new Set(['returns', 'input', 'form', 'retention'])

const toFields = (fields: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(fields)
      .map(([key, value]): [string, JsonValue] => [toName(key), toField(key, value)])
      .filter(([, value]) => !isEmpty(value)),
  )

const isEmpty = (value: JsonValue): boolean =>
  (Array.isArray(value) && value.length === 0) || (isJsonObject(value) && Object.keys(value).length === 0)

const toField = (key: string, value: JsonValue): JsonValue => {
  if (AS_IT_IS.has(key) && isJsonObject(value) && isWrapped(value)) return value.value ?? null
  const plain = simplify(value)
  return key.endsWith('Ms') && typeof plain === 'number' ? writeDuration(plain) : plain
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]

/** Writes a duration as in a file: `90s`. */
const writeDuration = (ms: number): string => {
  const [unit, size] = UNITS.find(([, length]) => ms > 0 && ms % length === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

/** `timeoutMs` → `timeout`, `onError` → `on_error`; the language has `tools` for its presets. */
const toName = (key: string): string =>
  key === 'presets' ? 'tools' : key.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const simplify = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(simplify)
  if (!isJsonObject(value)) return value
  if (isWrapped(value)) return simplify(value.value ?? null)
  if (typeof value.text === 'string' && Object.keys(value).length === 1) return value.text
  return simplifyNode(value) ?? toFields(value)
}

const isWrapped = (value: JsonObject): boolean => 'value' in value && Object.keys(value).length === 1

/** Writes a value with expressions as in a file. */
const simplifyNode = (node: JsonObject): JsonValue | undefined => {
  switch (node.kind) {
    case 'literal':
      return node.value ?? null
    case 'expression':
      return `\${${String(simplify(node.expression ?? ''))}}`
    case 'template':
      return toList(node.parts)
        .map((part) => (typeof part === 'string' ? part : `\${${simplify(part)}}`))
        .join('')
    case 'list':
      return toList(node.items).map(simplify)
    case 'map':
      return Array.isArray(node.entries)
        ? Object.fromEntries(
            toObjects(node.entries).map(({ key, value }) => [String(simplify(key ?? '')), simplify(value ?? null)]),
          )
        : undefined
    default:
      return undefined
  }
}

const toList = (value: JsonValue | undefined): JsonValue[] => (Array.isArray(value) ? value : [])
