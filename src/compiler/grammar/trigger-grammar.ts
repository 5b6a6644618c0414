/** Triggers start runs. The key that names the kind tells them apart. */

import { type JsonValue, ownValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { type Hint, meant, meantNearest } from '../correction.ts'
import { CRON_FORM, CRON_PATTERN, suggestCronForm } from '../cron/parse-cron.ts'
import { findEntry, toJsonValue, type YamlEntry, type YamlMap, type YamlNode } from '../read/yaml-node.ts'
import type { Range } from '../source.ts'
import type { Located } from '../value-node.ts'
import { listOf } from './collection-shape.ts'
import { beginningOf, byKey, type Fields, type PartialOf, readFields, record, toObjectSchema } from './record-shape.ts'
import { flag, integer, name, text, variableName, word } from './scalar-shape.ts'
import { byForm, type Infer, mapped, named, reportMismatch, type Shape, type ShapePlace, typeAmong } from './shape.ts'
import { expression, expressionValue, templateText } from './value-shape.ts'

const COMMON_FIELDS = {
  input: { shape: expressionValue, doc: "Expressions over `event`: the run's input." },
  dedupe: { shape: expression, doc: 'An expression over `event`: an event with a value seen before starts no run.' },
  when: { shape: expression, doc: 'A condition over `event`; when it is false, no run starts.' },
} as const satisfies Fields

const VERIFY_FIELDS = {
  scheme: { shape: name, doc: 'How requests are signed, such as standard-webhooks.', required: true },
  secret: { shape: templateText, doc: '`${secrets.NAME}`, the secret they are signed with.', required: true },
} as const satisfies Fields

const verify = byForm('none or { scheme, secret }', {
  scalar: word('none'),
  map: mapped(record('a verify', VERIFY_FIELDS), ({ scheme, secret }, { range }) => ({
    value: { scheme: scheme.value, secret },
    range,
  })),
})

const path = text({ expected: 'a path that begins with /', pattern: /^\/\S*$/ })

/** Judges the form alone; check/check-schedules.ts judges the fields. */
const schedule = text({ expected: CRON_FORM, pattern: CRON_PATTERN, suggest: suggestCronForm })

/** Slots that one schedule may make up: each is a run. */
const MOST_MISSED = 10_000

const missed = byForm('skip, once, all or { all: N }', {
  scalar: word('skip', 'once', 'all'),
  map: record('missed', {
    all: {
      shape: integer({ minimum: 1, maximum: MOST_MISSED }),
      doc: 'Most missed times that are run, the newest.',
      required: true,
    },
  }),
})

const TIMEZONE = 'a time zone such as Europe/Berlin'

const timezone: Shape<Located<string>> = mapped(text({ expected: TIMEZONE }), (zone, node, place) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone.value })
    return zone
  } catch {
    return reportMismatch(node, place, { expected: TIMEZONE, problem: 'is not known' })
  }
})

const chatId = byForm('text or a number', {
  scalar: {
    expected: 'text or a number',
    read: (node: YamlNode, place: ShapePlace) =>
      node.kind === 'scalar' && (typeof node.value === 'string' || typeof node.value === 'number')
        ? node
        : reportMismatch(node, place, { expected: 'text or a number' }),
    toJsonSchema: () => typeAmong('string', 'number'),
  },
})

const CHAT_FIELDS = {
  allow: { shape: listOf(chatId), doc: 'Who may write: ids of chats or people. Default: no one.' },
  match: { shape: expression, doc: 'A condition over `event`; other messages are passed over.' },
  reply: { shape: expression, doc: "An expression for the answer, over the run's `output`." },
} as const satisfies Fields

interface TriggerKind {
  kind: 'nats' | 'webhook' | 'schedule' | 'telegram' | 'whatsapp'
  doc: string
  fields: Fields
  /** False: the trigger is read and checked, and a later release listens to it. */
  isAvailable: boolean
}

const TRIGGER_KINDS: readonly TriggerKind[] = [
  {
    kind: 'nats',
    isAvailable: false,
    doc: 'A message on NATS. `event`: `{ subject, headers, data }`.',
    fields: {
      target: {
        key: 'nats',
        shape: text({ expected: 'a subject', pattern: /^\S+$/ }),
        doc: 'The subject.',
        required: true,
      },
      queue: { shape: name, doc: 'The queue group: of several servers one takes the message.' },
      stream: { shape: name, doc: 'The JetStream stream to read from.' },
      durable: { shape: name, doc: 'The durable consumer on the stream.' },
      reply: { shape: flag, doc: "Whether a request is answered with the run's output." },
    },
  },
  {
    kind: 'webhook',
    isAvailable: false,
    doc: 'A request over HTTP. `event`: `{ id, headers, query, data }`.',
    fields: {
      target: { key: 'webhook', shape: path, doc: 'The path.', required: true },
      method: { shape: word('GET', 'POST', 'PUT', 'PATCH', 'DELETE'), doc: 'The HTTP method.', default: 'POST' },
      verify: { shape: verify, doc: 'How the sender proves who it is: `{ scheme, secret }` or `none`.' },
      respond: {
        shape: word('now', 'when_done'),
        doc: "`now`: the answer is the run's id. `when_done`: its output.",
        default: 'now',
      },
    },
  },
  {
    kind: 'schedule',
    isAvailable: true,
    doc: 'The clock. `event`: `{ at }`.',
    fields: {
      target: {
        key: 'schedule',
        shape: schedule,
        doc: 'Minute, hour, day, month, weekday; before them a second. Or a name such as @daily.',
        required: true,
      },
      timezone: { shape: timezone, doc: 'The time zone of the schedule.', default: 'UTC' },
      missed: {
        shape: missed,
        doc: 'What to do about times at which no server ran. `all` runs at most 1000 of them, the newest; `{ all: N }` at most N.',
        default: 'once',
      },
    },
  },
  {
    kind: 'telegram',
    isAvailable: false,
    doc: 'A message on Telegram. `event`: `{ id, chat, from, text, media }`.',
    fields: {
      target: {
        key: 'telegram',
        shape: variableName,
        doc: 'The name of the secret that holds the token.',
        required: true,
      },
      ...CHAT_FIELDS,
    },
  },
  {
    kind: 'whatsapp',
    isAvailable: false,
    doc: 'A message on WhatsApp. `event`: `{ id, chat, from, text, media }`.',
    fields: {
      target: { key: 'whatsapp', shape: variableName, doc: 'The name of the account.', required: true },
      ...CHAT_FIELDS,
    },
  },
]

/** True for a trigger that this release listens to. */
export const isAvailableTrigger = (name: TriggerKind['kind']): boolean =>
  TRIGGER_KINDS.some(({ kind, isAvailable }) => kind === name && isAvailable)

const KIND_NAMES = TRIGGER_KINDS.map(({ kind }) => kind)

const EXPECTED = `a trigger: a map with ${KIND_NAMES.join(', ')}`

const trigger: Shape<Trigger> = {
  expected: EXPECTED,
  read(node, place) {
    if (node.kind !== 'map') return reportMismatch(node, place, { expected: EXPECTED })
    const found = node.entries.filter(({ key }) => (KIND_NAMES as string[]).includes(key.value))
    const [first, second] = found
    if (first === undefined) return reportNoKind(node, place)
    if (second !== undefined) {
      const message = `the trigger has two kinds, '${first.key.value}' and '${second.key.value}': expected one`
      place.reading.diagnostics.error('several_kinds', second.key.range, message, 'make two triggers of it')
    }
    const kind = TRIGGER_KINDS.find((candidate) => candidate.kind === first.key.value)
    return (
      kind &&
      readTrigger(
        { ...node, entries: node.entries.filter((entry) => !found.includes(entry) || entry === first) },
        kind,
        place,
      )
    )
  },
  toJsonSchema: (definitions): JsonSchema => ({
    anyOf: TRIGGER_KINDS.map(({ kind, doc, fields }) => ({
      title: `${kind} trigger`,
      description: doc,
      ...toObjectSchema({ ...fields, ...COMMON_FIELDS }, definitions),
    })),
  }),
}

/** Kinds by the names that other systems give to them. */
const FOREIGN_KINDS: Readonly<Record<string, string>> = { cron: 'schedule', http: 'webhook', whatsApp: 'whatsapp' }

const hintKind = ({ value, range }: Located<string>): Hint => {
  const foreign = ownValue(FOREIGN_KINDS, value)
  if (foreign !== undefined) return meant(range, foreign)
  return meantNearest(range, value, KIND_NAMES) ?? `known: ${KIND_NAMES.join(', ')}`
}

const reportNoKind = (node: YamlMap, place: ShapePlace): undefined => {
  const common = byKey(COMMON_FIELDS)
  const strange: YamlEntry | undefined = node.entries.find(({ key }) => !common.has(key.value))
  const message = `this trigger has no kind: expected one of ${KIND_NAMES.join(', ')}`
  const hint = strange && hintKind(strange.key)
  place.reading.diagnostics.error('no_kind', strange?.key.range ?? beginningOf(node), message, hint)
}

type TypedFields = PartialOf<typeof COMMON_FIELDS> &
  Pick<PartialOf<typeof CHAT_FIELDS>, 'match' | 'reply'> & { verify?: Infer<typeof verify> }

export interface Trigger extends TypedFields {
  kind: TriggerKind['kind']
  target: Located<string>
  /** The fields that hold no expression, by name. */
  options: Map<string, Located<JsonValue>>
  range: Range
}

const readTrigger = (node: YamlMap, { kind, fields }: TriggerKind, place: ShapePlace): Trigger | undefined => {
  const owner = `a ${kind} trigger`
  const { values } = readFields(node, { ...fields, ...COMMON_FIELDS } as Fields, place, { owner })
  const entries = Object.entries(values)
  const { target, ...typed } = Object.fromEntries(entries.filter(isTyped)) as TypedFields & { target?: Located<string> }
  if (target === undefined) return undefined
  const options = entries.flatMap((entry) => (isTyped(entry) ? [] : readOption(node, entry[0])))
  return { kind, target, ...typed, options: new Map(options), range: node.range }
}

/** True for fields that are no option. `reply` holds an expression, or is an option. */
const isTyped = ([property, value]: [string, unknown]): boolean =>
  ['target', 'input', 'when', 'dedupe', 'match', 'verify'].includes(property) || isExpressionText(value)

/** A field without expressions, as plain JSON. */
const readOption = (node: YamlMap, property: string): [string, Located<JsonValue>][] => {
  const value = findEntry(node, property)?.value
  return value === undefined ? [] : [[property, { value: toJsonValue(value), range: value.range }]]
}

const isExpressionText = (value: unknown): boolean => typeof value === 'object' && value !== null && 'toOffset' in value

export const triggers: Shape<Trigger[]> = named('triggers', 'a list of triggers', () =>
  listOf(trigger, { expected: 'a list of triggers' }),
)
