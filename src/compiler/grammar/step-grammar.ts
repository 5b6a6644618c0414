/**
 * Steps: which kind a step is, its own keys and the common ones. A step of which too little can be read is replaced by a
 * stand-in with the same id, marked as malformed, so that what refers to it is not reported as well.
 */

import type { JsonSchema } from '../../core/json-schema.ts'
import { findNearest } from '../../core/nearest.ts'
import type { Located, Step, StepCommon } from '../document.ts'
import { findEntry, type YamlEntry, type YamlMap, type YamlNode } from '../read/yaml-node.ts'
import { ACTOR_STEP_KINDS } from './actor-step-grammar.ts'
import { createBlockStepKinds } from './block-step-grammar.ts'
import { COMMON_STEP_FIELDS } from './common-step-grammar.ts'
import { CONTROL_STEP_KINDS } from './control-step-grammar.ts'
import { beginningOf, type Fields, type PartialOf, readFields, toObjectSchema } from './record-shape.ts'
import { type Definitions, named, type Place, reportMismatch, type Shape } from './shape.ts'
import type { StepKindGrammar } from './step-kind.ts'

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

export const STEP_KINDS: readonly StepKindGrammar[] = [
  ...ACTOR_STEP_KINDS,
  ...CONTROL_STEP_KINDS,
  ...createBlockStepKinds(steps),
]

const kindByKey = new Map(STEP_KINDS.map((grammar) => [grammar.kind as string, grammar]))

const readStep = (node: YamlNode, place: Place): Step | undefined => {
  if (node.kind !== 'map') return reportMismatch(node, place, { expected: 'a step: a map with an id and a kind' })
  const kinds = findKinds(node)
  const [kind, second] = kinds
  if (kind === undefined) return readWithoutKind(node, place)
  if (second !== undefined) reportSeveralKinds(node, kind, second, place)
  const grammar = kindByKey.get(kind.key.value)
  return grammar && readKind({ node, kind, grammar, others: kinds.slice(1) }, place)
}

/** The keys that name a kind; `do` does so only where no other does, since foreach and loop have it as a field. */
const findKinds = (node: YamlMap): YamlEntry[] => {
  const kinds = node.entries.filter(({ key }) => kindByKey.has(key.value))
  const others = kinds.filter(({ key }) => key.value !== 'do')
  const mayHaveDo = others.length === 0 || others.some(({ key }) => !isBlockWithDo(key.value))
  return mayHaveDo ? kinds : others
}

const isBlockWithDo = (kind: string): boolean => kind === 'foreach' || kind === 'loop'

interface StepParts {
  node: YamlMap
  kind: YamlEntry
  grammar: StepKindGrammar
  /** Further kinds, already reported; their values are not read. */
  others: YamlEntry[]
}

const readKind = ({ node, kind, grammar, others }: StepParts, place: Place): Step => {
  const kept: YamlMap =
    others.length === 0 ? node : { ...node, entries: node.entries.filter((entry) => !others.includes(entry)) }
  const fields: Fields = { ...COMMON_STEP_FIELDS, ...grammar.fields }
  const names = { owner: `${withArticle(grammar.kind)} step`, elsewhere: findOwners }
  const { values, isWhole } = readFields(kept, fields, place, names)
  grammar.check?.(kept, place)
  const [own, shared] = splitOwn(values)
  const common = toCommon(shared, node, kind, place)
  const built = grammar.build(own, common) ?? createStandIn(common)
  return isWhole && others.length === 0 ? built : { ...built, malformed: true }
}

/** The kind's own fields, and the common ones. */
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
  place: Place,
): StepCommon => ({
  ...values,
  id: id ?? readGivenId(node) ?? { value: createStandInId(place), range: beginningOf(node) },
  kindRange: kind?.key.range ?? beginningOf(node),
  range: node.range,
})

/** An id that is not in snake_case is reported; what refers to it still finds the step. */
const readGivenId = (node: YamlMap): Located<string> | undefined => {
  const given = findEntry(node, 'id')?.value
  return given?.kind === 'scalar' && typeof given.value === 'string' && given.value !== ''
    ? { value: given.value, range: given.range }
    : undefined
}

/** No id in snake_case, so it never meets one of the file. */
const createStandInId = (place: Place): string => `unnamed-${place.start}`

const createStandIn = (common: StepCommon): Step => ({
  ...common,
  kind: 'set',
  values: { kind: 'map', entries: [], range: common.range },
  malformed: true,
})

const readWithoutKind = (node: YamlMap, place: Place): Step => {
  const { diagnostics } = place.reading
  const known = [...kindByKey.keys()]
  const strange = node.entries.filter(({ key }) => !commonKeys.has(key.value) && findOwners(key.value) === undefined)
  const misspelt = strange.find(({ key }) => findNearest(key.value, known) !== undefined)
  const foreign = strange.find(({ key }) => Object.hasOwn(FOREIGN_KINDS, key.value))
  const found = misspelt ?? foreign
  if (found !== undefined) {
    const kind = findNearest(found.key.value, known) ?? FOREIGN_KINDS[found.key.value]
    const message = `'${found.key.value}' is no kind of step: expected one of ${known.join(', ')}`
    diagnostics.error('unknown_kind', found.key.range, message, `did you mean '${kind}'?`)
  } else {
    const message = `this step has no kind: expected one of ${known.join(', ')}`
    diagnostics.error(
      'no_kind',
      beginningOf(node),
      message,
      'add the key that says what the step does, such as `tool:`',
    )
  }
  const kept = { ...node, entries: node.entries.filter(({ key }) => commonKeys.has(key.value)) }
  const { values } = readFields(kept, COMMON_STEP_FIELDS, place, { owner: 'a step' })
  return createStandIn(toCommon(values, node, undefined, place))
}

const commonKeys: ReadonlySet<string> = new Set(Object.values(COMMON_STEP_FIELDS).map(({ key }) => key))

/** What other systems call our kinds. */
const FOREIGN_KINDS: Readonly<Record<string, string>> = {
  for_each: 'foreach',
  each: 'foreach',
  map: 'foreach',
  uses: 'tool',
  action: 'tool',
  http: 'tool',
  model: 'llm',
  agent: 'llm',
  prompt: 'llm',
  run: 'code',
  script: 'code',
  python: 'code',
  javascript: 'code',
  sleep: 'wait',
  delay: 'wait',
  choice: 'switch',
  branch: 'switch',
  if: 'switch',
  condition: 'switch',
  while: 'loop',
  until: 'loop',
  repeat: 'loop',
  steps: 'do',
  block: 'do',
  pass: 'set',
  vars: 'set',
  call: 'workflow',
  error: 'fail',
  throw: 'fail',
  human: 'approve',
  approval: 'approve',
  publish: 'emit',
}

const reportSeveralKinds = (node: YamlMap, first: YamlEntry, second: YamlEntry, place: Place): void =>
  place.reading.diagnostics.error(
    'several_kinds',
    second.key.range,
    `the step has two kinds, '${first.key.value}' and '${second.key.value}': expected one`,
    node.entries.length > 2 ? 'make two steps of it' : undefined,
  )

/** Keys that people bring from elsewhere, and what they are called here. */
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

const findOwners = (key: string): string | undefined => {
  const owners = STEP_KINDS.filter(({ fields }) => Object.values(fields).some((field) => field.key === key))
  if (owners.length > 0) return `'${key}' is a key of ${owners.map(({ kind }) => kind).join(', ')} steps`
  return Object.hasOwn(FOREIGN_KEYS, key) ? `did you mean '${FOREIGN_KEYS[key]}'?` : undefined
}

const withArticle = (kind: string): string => `${['llm', 'approve', 'emit'].includes(kind) ? 'an' : 'a'} ${kind}`

const toStepSchema = (definitions: Definitions): JsonSchema => ({
  type: 'object',
  required: ['id'],
  anyOf: STEP_KINDS.map((grammar) =>
    definitions.refer(`${grammar.kind}_step`, () => toKindSchema(grammar, definitions)),
  ),
})

const toKindSchema = (grammar: StepKindGrammar, definitions: Definitions): JsonSchema => ({
  title: `${grammar.kind} step`,
  description: grammar.doc,
  ...toObjectSchema({ ...COMMON_STEP_FIELDS, ...grammar.fields }, definitions),
})
