/** Grammar of `on_error`: one action for any fault, a map from codes to actions, or a list of cases of which the first match wins. */
import { write } from '../correction.ts'
import { createUnknownExpression } from '../read/expression-text.ts'
import { findEntry, type YamlMap, type YamlNode, type YamlScalar } from '../read/yaml-node.ts'
import type { Range } from '../source.ts'
import type { ExpressionText, Located } from '../value-node.ts'
import { listOf, mapOf } from './collection-shape.ts'
import { checkElseIsLast } from './else-case.ts'
import { checkExclusive, exactlyOneOf } from './exclusive-keys.ts'
import { byKey, type Fields, readFields, toObjectSchema } from './record-shape.ts'
import { snakeCase, text } from './scalar-shape.ts'
import { byForm, mapped, named, reportMismatch, type Shape, type ShapePlace } from './shape.ts'
import { expression } from './value-shape.ts'

/** An action is `fail`, `continue`, `end` or a step id. */
export type OnError =
  | { kind: 'all'; action: Located<string>; range: Range }
  /** The code may be `*`, which stands for all codes that the map does not name. */
  | { kind: 'map'; cases: { code: Located<string>; action: Located<string> }[]; range: Range }
  | { kind: 'list'; cases: ErrorCase[]; range: Range }

/** Without `when` and `code` it is the `else`, which takes any fault. */
export interface ErrorCase {
  when?: ExpressionText
  code?: Located<string>
  action: Located<string>
  range: Range
}

/** Key of a map for all codes that it does not name. */
export const ANY_CODE = '*'

const anAction = text({
  expected: '`fail`, `continue` or the id of a step',
  pattern: /^[a-z][a-z0-9_]*$/,
  code: 'bad_id',
})

const isAny = (node: YamlNode): node is YamlScalar => node.kind === 'scalar' && node.value === ANY_CODE

const codeOrAny: Shape<Located<string>> = {
  expected: 'a fault code in snake_case, or "*" for all others',
  read: (node, place) => (isAny(node) ? { value: ANY_CODE, range: node.range } : snakeCase.read(node, place)),
  toJsonSchema: () => ({ type: 'string', pattern: '^([a-z][a-z0-9_]*|\\*)$' }),
}

const codeOfCase: Shape<Located<string>> = {
  ...snakeCase,
  read: (node, place) =>
    isAny(node)
      ? reportMismatch(node, place, {
          expected: snakeCase.expected,
          code: 'bad_id',
          hint: 'write { else: … }, at the end',
        })
      : snakeCase.read(node, place),
}

const CASE_FIELDS = {
  when: { shape: expression, doc: 'A condition on `error`: this case is chosen when it is true. Excludes `code`.' },
  code: { shape: codeOfCase, doc: 'The fault code that this case is for. Excludes `when`.' },
  action: { key: 'next', shape: anAction, doc: 'What follows: `fail`, `continue` or a step id.', required: true },
} as const satisfies Fields

const ELSE_FIELDS = {
  action: { key: 'else', shape: anAction, doc: 'For every other fault; the last of the list.', required: true },
} as const satisfies Fields

const A_CASE = '{ when, next }, { code, next } or { else }'

const OWNER = 'a case of on_error'

const readCase = (node: YamlMap, place: ShapePlace): ErrorCase | undefined => {
  const { reading } = place
  if (reportMapForm(node, place)) return undefined
  checkExclusive(node, ['when', 'code'], { owner: OWNER, required: true, reading })
  const { values } = readFields(node, CASE_FIELDS, place, { owner: OWNER })
  const { when, code, action } = values
  if (action === undefined) return undefined
  if (when === undefined && code !== undefined) return { code, action, range: node.range }
  // A case that is not read must not become the `else`.
  return { when: when ?? createUnknownExpression(node.range.start), action, range: node.range }
}

/** Reports `{ timeout: give_up }`, as it stands in a map. */
const reportMapForm = ({ entries, range }: YamlMap, { reading }: ShapePlace): boolean => {
  const [entry, ...others] = entries
  const { value: code = '' } = entry?.key ?? {}
  const target = entry?.value.kind === 'scalar' ? entry.value.value : undefined
  if (others.length > 0 || byKey(CASE_FIELDS).has(code) || typeof target !== 'string') return false
  const text = code === ANY_CODE ? `{ else: ${target} }` : `{ code: ${code}, next: ${target} }`
  reading.diagnostics.error(
    'unknown_key',
    entry?.key.range ?? range,
    `'${code}' is not a key of ${OWNER}`,
    write(range, text),
  )
  return true
}

const readElse = (node: YamlMap, place: ShapePlace): ErrorCase | undefined => {
  const { values } = readFields(node, ELSE_FIELDS, place, { owner: 'the else of on_error' })
  return values.action && { action: values.action, range: node.range }
}

const errorCase: Shape<ErrorCase> = {
  expected: A_CASE,
  read(node, place) {
    if (node.kind !== 'map') return reportMismatch(node, place, { expected: A_CASE })
    return findEntry(node, 'else') === undefined ? readCase(node, place) : readElse(node, place)
  },
  toJsonSchema: (definitions) => ({
    anyOf: [
      { ...toObjectSchema(CASE_FIELDS, definitions), ...exactlyOneOf('when', 'code') },
      toObjectSchema(ELSE_FIELDS, definitions),
    ],
  }),
}

const errorCases = mapped(
  listOf(errorCase, { expected: `a list of cases, each ${A_CASE}`, minimum: 1 }),
  (cases, node: YamlNode, place): OnError => {
    if (node.kind === 'list') checkElseIsLast(node.items, place)
    checkCodesOnce(cases, place)
    return { kind: 'list', cases, range: node.range }
  },
)

const checkCodesOnce = (cases: readonly ErrorCase[], { reading }: ShapePlace): void => {
  const seen = new Set<string>()
  for (const { code } of cases) {
    if (code === undefined) continue
    const message = `'${code.value}' has a case before this one, which is therefore never tried`
    if (seen.has(code.value)) reading.diagnostics.error('duplicate_key', code.range, message, 'remove one of them')
    seen.add(code.value)
  }
}

const FORMS = 'fail, continue, a step id, a map from fault codes to these, or a list of cases'

export const onError: Shape<OnError> = named('on_error', FORMS, () =>
  byForm(FORMS, {
    scalar: mapped(anAction, (action, { range }): OnError => ({ kind: 'all', action, range })),
    map: mapped(mapOf(codeOrAny, anAction, { minimum: 1 }), (entries, { range }): OnError => {
      const cases = entries.map(({ key, value }) => ({ code: key, action: value }))
      return { kind: 'map', cases, range }
    }),
    list: errorCases,
  }),
)
