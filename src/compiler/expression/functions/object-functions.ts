import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { describeValue, fail } from '../evaluation.ts'
import { toKey } from '../object-key.ts'
import { ANY, type Field, listOf, membersOf, type ObjectType, objectOf, STRING, type Type, unionOf } from '../type.ts'
import { type FunctionSource, listAt, listWork, objectAt } from './function-entry.ts'
import { itemOf } from './list-functions.ts'

const OPEN = objectOf({}, ANY)
const OBJECT = { name: 'object', type: OPEN } as const

const keysWork = (args: readonly JsonValue[]): number => 1 + Object.keys(objectAt(args, 0)).length

/** The type of the values of all fields. */
const valueType = ([type = ANY]: readonly Type[]): Type =>
  unionOf(
    membersOf(type).flatMap((member) => {
      if (member.kind !== 'object') return [ANY]
      return [
        ...[...member.fields.values()].map((field) => field.type),
        ...(member.rest === undefined ? [] : [member.rest]),
      ]
    }),
  )

const fromEntries = (list: JsonValue[]): JsonObject => {
  const object: JsonObject = {}
  for (const entry of list) {
    const { key, value } = objectAt([entry], 0)
    if (key === undefined || value === undefined)
      return fail(`an entry is ${describeValue(entry)}: expected { key, value }`)
    object[toKey(key)] = value
  }
  return object
}

/** The type of an object whose fields the second one overrides. */
const mergeTypes = ([first = ANY, second = ANY]: readonly Type[]): Type => {
  if (first.kind !== 'object' || second.kind !== 'object') return OPEN
  const names = new Set([...first.fields.keys(), ...second.fields.keys()])
  const fields = new Map([...names].map((name): [string, Field] => [name, mergeFields(name, first, second)]))
  const rests = [first.rest, second.rest].filter((rest) => rest !== undefined)
  return { kind: 'object', fields, ...(rests.length === 0 ? {} : { rest: unionOf(rests) }) }
}

const mergeFields = (name: string, first: ObjectType, second: ObjectType): Field => {
  const [own, over] = [first.fields.get(name), second.fields.get(name)]
  if (over !== undefined && !over.optional) return over
  const types = [own?.type ?? first.rest, over?.type ?? second.rest].filter((type) => type !== undefined)
  return { type: unionOf(types), optional: own?.optional ?? true }
}

export const OBJECT_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'keys(object) → list of string',
    doc: 'The names of the fields.',
    example: "keys({'a': 1, 'b': 2}) == ['a', 'b']",
    parameters: [OBJECT],
    result: listOf(STRING),
    work: keysWork,
    evaluate: (args) => Object.keys(objectAt(args, 0)),
  },
  {
    signature: 'values(object) → list',
    doc: 'The values of the fields, in the order of `keys`.',
    example: "values({'a': 1, 'b': 2}) == [1, 2]",
    parameters: [OBJECT],
    result: (args) => listOf(valueType(args)),
    work: keysWork,
    evaluate: (args) => Object.values(objectAt(args, 0)),
  },
  {
    signature: 'entries(object) → list of { key, value }',
    doc: 'The fields as a list, such as `foreach` takes.',
    example: "entries({'a': 1}) == [{'key': 'a', 'value': 1}]",
    parameters: [OBJECT],
    result: (args) => listOf(objectOf({ key: STRING, value: valueType(args) })),
    work: (args) => 2 * keysWork(args),
    evaluate: (args) => Object.entries(objectAt(args, 0)).map(([key, value]) => ({ key, value })),
  },
  {
    signature: 'from_entries(list) → object',
    doc: 'The object with the fields of a list of `{ key, value }`; of equal keys the last one stays.',
    example: "from_entries([{'key': 'a', 'value': 1}]) == {'a': 1}",
    parameters: [{ name: 'list', type: listOf(objectOf({ key: STRING, value: ANY }, ANY)) }],
    result: ([list]) => {
      const entry = itemOf(list)
      return objectOf({}, (entry.kind === 'object' ? entry.fields.get('value')?.type : undefined) ?? ANY)
    },
    work: (args) => 2 * listWork(args),
    evaluate: (args) => fromEntries(listAt(args, 0)),
  },
  {
    signature: 'merge(object, other) → object',
    doc: 'The fields of both objects; of equal names that of the other one stays. Objects inside are not merged.',
    example: "merge({'a': 1, 'b': 2}, {'b': 3}) == {'a': 1, 'b': 3}",
    parameters: [OBJECT, { name: 'other', type: OPEN }],
    result: mergeTypes,
    work: (args) => keysWork(args) + Object.keys(objectAt(args, 1)).length,
    evaluate: (args) => ({ ...objectAt(args, 0), ...objectAt(args, 1) }),
  },
]
