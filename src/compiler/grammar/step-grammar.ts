/**
 * Grammar of a step: which kind it is, its own keys and the common ones. A step of which too little can be read is replaced
 * by a stand-in with the same id, marked as malformed, so that what refers to it is not reported as well.
 */

import type { JsonSchema } from '../../core/json-schema.ts'
import { findNearest } from '../../core/nearest.ts'
import { correct, type Hint, meant } from '../correction.ts'
import type { Located, Step, StepCommon } from '../document.ts'
import { findEntry, type YamlEntry, type YamlMap, type YamlNode } from '../read/yaml-node.ts'
import { STEP_KINDS } from '../steps/step-kinds.ts'
import { COMMON_STEP_FIELDS } from './common-step-grammar.ts'
import type { KindGrammar } from './kind-grammar.ts'
import { beginningOf, byKey, type Fields, type PartialOf, readFields, toObjectSchema } from './record-shape.ts'
import { type Definitions, named, reportMismatch, type Shape, type ShapePlace } from './shape.ts'

const STEPS = 'a list of steps'

/** A list of at least one step. */
export const steps: Shape<Step[]> = named('steps', STEPS, () => ({
  expected: STEPS,
  read(node, place) {
    if (node.kind !== 'list') return reportMismatch(node, place, { expected: STEPS, hint: hintForMap(node) })
    if (node.items.length === 0)
      return reportMismatch(node, place, { expected: 'at least one step', problem: 'is empty' })
    return node.items.flatMap((item, index) => {
      const subject = `${place.subject}[${index}]`
      return readStep(item, { ...place, subject, start: item.range.start, inFlow: node.flow }) ?? []
    })
  },
  toJsonSchema: (definitions) => ({
    type: 'array',
    minItems: 1,
    items: definitions.refer('step', () => toStepSchema(definitions)),
  }),
}))

const hintForMap = (node: YamlNode): string | undefined =>
  node.kind === 'map' ? 'begin each step with a dash: `- id: …`' : undefined

/** Grammars of the kinds, in the order of the table. */
const KIND_GRAMMARS: ReadonlyMap<string, KindGrammar> = new Map(
  Object.entries(STEP_KINDS).map(([kind, { grammar }]) => [
    kind,
    typeof grammar === 'function' ? grammar(steps) : grammar,
  ]),
)

/** All keys of a step, by the grammar of its kind. */
const STEP_FIELDS: ReadonlyMap<KindGrammar, Fields> = new Map(
  [...KIND_GRAMMARS.values()].map((grammar) => [grammar, { ...COMMON_STEP_FIELDS, ...grammar.fields }]),
)

const readStep = (node: YamlNode, place: ShapePlace): Step | undefined => {
  if (node.kind !== 'map') return reportMismatch(node, place, { expected: 'a step: a map with an id and a kind' })
  const kinds = findKinds(node)
  const [kind, second] = kinds
  if (kind === undefined) return readWithoutKind(node, place)
  if (second !== undefined) reportSeveralKinds(node, kind, second, place)
  const grammar = KIND_GRAMMARS.get(kind.key.value)
  return grammar && readKind({ node, kind, grammar, others: kinds.slice(1) }, place)
}

/**
 * Finds the keys that name a kind. If every other named kind has the key as a field, as foreach has `do`, the key names
 * none.
 */
const findKinds = (node: YamlMap): YamlEntry[] => {
  const kinds = node.entries.filter(({ key }) => KIND_GRAMMARS.has(key.value))
  return kinds.filter(({ key: { value } }) => {
    const others = kinds.filter(({ key }) => key.value !== value)
    return others.length === 0 || others.some(({ key }) => !hasField(KIND_GRAMMARS.get(key.value), value))
  })
}

const hasField = (grammar: KindGrammar | undefined, key: string): boolean => byKey(grammar?.fields ?? {}).has(key)

interface StepParts {
  node: YamlMap
  kind: YamlEntry
  grammar: KindGrammar
  /** Further kinds, reported already; their values are not read. */
  others: YamlEntry[]
}

const readKind = ({ node, kind, grammar, others }: StepParts, place: ShapePlace): Step => {
  const kept: YamlMap =
    others.length === 0 ? node : { ...node, entries: node.entries.filter((entry) => !others.includes(entry)) }
  const fields = STEP_FIELDS.get(grammar) ?? {}
  const names = { owner: grammar.owner, elsewhere: (entry: YamlEntry) => hintPlace(entry, { node, grammar, place }) }
  const { values, isWhole } = readFields(kept, fields, place, names)
  grammar.check?.(kept, place)
  const [own, shared] = splitOwn(values)
  const common = toCommon(shared, node, kind, place)
  const built = (grammar.build ?? buildAsRead(kind.key.value, grammar))(own, common) ?? createStandIn(common)
  return isWhole && others.length === 0 ? built : { ...built, malformed: true }
}

const buildAsRead =
  (kind: string, { fields }: KindGrammar): NonNullable<KindGrammar['build']> =>
  (values, common) =>
    Object.entries(fields).every(([property, { required }]) => required !== true || property in values)
      ? ({ ...common, kind, ...values } as Step)
      : undefined

/** Separates the kind's own fields from the common ones. */
const splitOwn = (values: Record<string, unknown>): [Record<string, unknown>, PartialOf<typeof COMMON_STEP_FIELDS>] => {
  const own: Record<string, unknown> = {}
  const shared: Record<string, unknown> = {}
  for (const [property, value] of Object.entries(values))
    if (property in COMMON_STEP_FIELDS) shared[property] = value
    else own[property] = value
  return [own, shared]
}

const toCommon = (
  { id, ...values }: PartialOf<typeof COMMON_STEP_FIELDS>,
  node: YamlMap,
  kind: YamlEntry | undefined,
  place: ShapePlace,
): StepCommon => ({
  ...values,
  id: id ?? readGivenId(node) ?? { value: createStandInId(place), range: beginningOf(node) },
  kindRange: kind?.key.range ?? beginningOf(node),
  range: node.range,
})

/** Returns the given id: one that is not in snake_case is reported, but steps that refer to it still find the step. */
const readGivenId = (node: YamlMap): Located<string> | undefined => {
  const given = findEntry(node, 'id')?.value
  return given?.kind === 'scalar' && typeof given.value === 'string' && given.value !== ''
    ? { value: given.value, range: given.range }
    : undefined
}

/** Returns an id that is not in snake_case, so that it never equals one of the file. */
const createStandInId = (place: ShapePlace): string => `unnamed-${place.start}`

const createStandIn = (common: StepCommon): Step => ({
  ...common,
  kind: 'set',
  values: { kind: 'map', entries: [], range: common.range },
  malformed: true,
})

const readWithoutKind = (node: YamlMap, place: ShapePlace): Step => {
  const { diagnostics } = place.reading
  const known = [...KIND_GRAMMARS.keys()]
  const strange = node.entries.filter(({ key }) => !commonKeys.has(key.value) && findOwners(key.value) === undefined)
  const misspelt = strange.find(({ key }) => findNearest(key.value, known) !== undefined)
  const foreign = strange.find(({ key }) => FOREIGN_KINDS.has(key.value))
  const found = misspelt ?? foreign
  if (found !== undefined) {
    const kind = findNearest(found.key.value, known) ?? FOREIGN_KINDS.get(found.key.value)
    const message = `'${found.key.value}' is no kind of step: expected one of ${known.join(', ')}`
    diagnostics.error('unknown_kind', found.key.range, message, kind && meant(found.key.range, kind))
  } else {
    const message = `this step has no kind: expected one of ${known.join(', ')}`
    const hint = 'add the key that says what the step does, such as `tool:`'
    diagnostics.error('no_kind', beginningOf(node), message, hint)
  }
  const kept = { ...node, entries: node.entries.filter(({ key }) => commonKeys.has(key.value)) }
  const { values } = readFields(kept, COMMON_STEP_FIELDS, place, { owner: 'a step' })
  return createStandIn(toCommon(values, node, undefined, place))
}

const commonKeys = byKey(COMMON_STEP_FIELDS)

/** Kinds by the names that other systems give to them. */
const FOREIGN_KINDS: ReadonlyMap<string, string> = new Map(
  [...KIND_GRAMMARS].flatMap(([kind, { foreign = [] }]) => foreign.map((name) => [name, kind])),
)

const reportSeveralKinds = (node: YamlMap, first: YamlEntry, second: YamlEntry, place: ShapePlace): void =>
  place.reading.diagnostics.error(
    'several_kinds',
    second.key.range,
    `the step has two kinds, '${first.key.value}' and '${second.key.value}': expected one`,
    node.entries.length > 2 ? 'make two steps of it' : undefined,
  )

/** Keys by the names that other systems give to them. */
const FOREIGN_KEYS: Readonly<Record<string, string>> = {
  if: 'when',
  condition: 'when',
  name: 'id',
  inputs: 'with',
  args: 'with',
  params: 'with',
  retries: 'retry',
  catch: 'on_error',
  goto: 'next',
  output: 'returns',
  schema: 'returns',
  steps: 'do',
  items: 'foreach',
}

interface KeyPlace {
  node: YamlMap
  grammar: KindGrammar
  place: ShapePlace
}

const hintPlace = (entry: YamlEntry, { node, grammar, place }: KeyPlace): Hint | undefined => {
  const { value: key, range } = entry.key
  if (Object.hasOwn(grammar.needless ?? {}, key)) return grammar.needless?.[key]
  const renamed = Object.hasOwn(grammar.renamed ?? {}, key) ? grammar.renamed?.[key] : undefined
  if (renamed !== undefined) return meant(range, renamed)
  const [owner] = Object.entries(grammar.inside ?? {}).find(([, names]) => names.includes(key)) ?? []
  if (owner === undefined) return findOwners(key) ?? suggestForeign(entry, node)
  const { text } = place.reading.diagnostics.source
  const whole = { start: range.start, end: entry.value.range.end }
  const moved = `${owner}: { ${text.slice(whole.start, whole.end)} }`
  const isSimple = !entry.value.aliased && !moved.includes('\n') && findEntry(node, owner) === undefined
  return isSimple
    ? correct(`write ${moved}`, { ...whole, text: moved })
    : `move it into '${owner}', as in ${owner}: { ${key}: … }`
}

const findOwners = (key: string): string | undefined => {
  const owners = [...KIND_GRAMMARS].filter(([, grammar]) => hasField(grammar, key)).map(([kind]) => kind)
  return owners.length > 0 ? `'${key}' is a key of ${owners.join(', ')} steps` : undefined
}

const suggestForeign = ({ key }: YamlEntry, node: YamlMap): Hint | undefined => {
  const own = Object.hasOwn(FOREIGN_KEYS, key.value) ? FOREIGN_KEYS[key.value] : undefined
  if (own === undefined) return undefined
  return findEntry(node, own) === undefined ? meant(key.range, own) : `did you mean '${own}'?`
}

const toStepSchema = (definitions: Definitions): JsonSchema => ({
  type: 'object',
  properties: { id: { description: COMMON_STEP_FIELDS.id.doc } },
  required: ['id'],
  anyOf: [...KIND_GRAMMARS].map(([kind, grammar]) =>
    definitions.refer(`${kind}_step`, () => toKindSchema(kind, grammar, definitions)),
  ),
})

const toKindSchema = (kind: string, { doc, fields }: KindGrammar, definitions: Definitions): JsonSchema => ({
  title: `${kind} step`,
  description: doc,
  ...toObjectSchema({ ...COMMON_STEP_FIELDS, ...fields }, definitions),
})
