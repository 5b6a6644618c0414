import { isJsonObject, type JsonValue, toCanonicalJson } from '../../../core/json.ts'
import { chargeTree, describeValue, fail, textWork, type Work } from '../evaluation.ts'
import { compareValues } from '../order.ts'
import { ANY, BOOLEAN, listOf, membersOf, NUMBER, STRING, type Type, unionOf } from '../type.ts'
import { countCharacters } from './characters.ts'
import { type FunctionSource, listAt, textAt } from './function-entry.ts'

const LIST = { name: 'list', type: listOf(ANY) } as const
const ORDERED = { name: 'list', type: listOf({ kind: 'union', members: [NUMBER, STRING, BOOLEAN] }) } as const

const itemOf = (type: Type | undefined): Type => (type?.kind === 'list' ? type.item : ANY)

const itemType = ([list]: readonly Type[]): Type => itemOf(list)

const listWork = (args: readonly JsonValue[]): number => 1 + listAt(args, 0).length

const compare = (a: JsonValue, b: JsonValue): number =>
  compareValues(a, b) ??
  fail(`${describeValue(a)} and ${describeValue(b)} have no order: expected numbers, texts or booleans only`)

const firstOrFail = (list: JsonValue[], index: number): JsonValue =>
  list.at(index) ?? (list.length === 0 ? fail('the list is empty') : null)

const extreme = (list: JsonValue[], sign: 1 | -1): JsonValue => {
  let best = firstOrFail(list, 0)
  compare(best, best)
  for (const item of list) if (compare(item, best) * sign > 0) best = item
  return best
}

const sortKey = (item: JsonValue, field: string): JsonValue => {
  if (field === '') return item
  const value = isJsonObject(item) && Object.hasOwn(item, field) ? item[field] : undefined
  return value ?? fail(`an item has no value in '${field}' to sort by`)
}

const sortList = (list: JsonValue[], by: string): JsonValue => {
  const sign = by.startsWith('-') ? -1 : 1
  const field = sign === -1 ? by.slice(1) : by
  const keyed = list.map((item) => ({ item, key: sortKey(item, field) }))
  const [only] = keyed
  if (keyed.length === 1 && only !== undefined) compare(only.key, only.key)
  return keyed.sort((a, b) => sign * compare(a.key, b.key)).map(({ item }) => item)
}

const distinctItems = (list: JsonValue[], work: Work): JsonValue[] => {
  const seen = new Set<string>()
  return list.filter((item) => {
    chargeTree(item, work)
    const identity = toCanonicalJson(item)
    return seen.has(identity) ? false : seen.add(identity)
  })
}

const flattenList = (list: JsonValue[], work: Work): JsonValue[] => {
  const flat: JsonValue[] = []
  for (const item of list) {
    if (!Array.isArray(item)) flat.push(item)
    else {
      work.charge(item.length)
      for (const inner of item) flat.push(inner)
    }
  }
  return flat
}

const sumList = (list: JsonValue[]): number =>
  list.reduce<number>((sum, item) => {
    if (typeof item !== 'number') return fail(`sum takes numbers, got ${describeValue(item)}`)
    return sum + item
  }, 0)

export const LIST_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'size(value) → number',
    doc: 'How many characters a text, items a list or fields an object has.',
    example: "size([1, 2]) == 2 && 'abc'.size() == 3",
    parameters: [
      { name: 'value', type: unionOf([STRING, listOf(ANY), { kind: 'object', fields: new Map(), rest: ANY }]) },
    ],
    result: NUMBER,
    work: (args) => 1 + textWork(textAt(args, 0).length),
    evaluate: ([value = null]) => {
      if (typeof value === 'string') return countCharacters(value)
      return Array.isArray(value) ? value.length : Object.keys(value ?? {}).length
    },
  },
  {
    signature: 'sum(list of number) → number',
    doc: 'The sum of the numbers; of an empty list 0.',
    example: 'sum([1, 2, 3]) == 6',
    parameters: [{ name: 'list', type: listOf(NUMBER) }],
    result: NUMBER,
    work: listWork,
    evaluate: (args) => sumList(listAt(args, 0)),
  },
  {
    signature: 'min(list) → item',
    doc: 'The smallest of numbers, texts or booleans; an empty list is a fault.',
    example: 'min([3, 1, 2]) == 1',
    parameters: [ORDERED],
    result: itemType,
    work: listWork,
    evaluate: (args) => extreme(listAt(args, 0), -1),
  },
  {
    signature: 'max(list) → item',
    doc: 'The largest of numbers, texts or booleans; an empty list is a fault.',
    example: 'max([3, 1, 2]) == 3',
    parameters: [ORDERED],
    result: itemType,
    work: listWork,
    evaluate: (args) => extreme(listAt(args, 0), 1),
  },
  {
    signature: 'sort(list, field?) → list',
    doc: "The items in ascending order: numbers, texts, booleans, or objects by one of their fields; `'-field'` sorts descending, `'-'` for a list without fields.",
    example: "sort([3, 1, 2]) == [1, 2, 3] && [{'n': 1}, {'n': 2}].sort('-n')[0].n == 2",
    parameters: [LIST, { name: 'field', type: STRING, optional: true }],
    result: (args) => listOf(itemType(args)),
    work: (args) => 2 * listWork(args),
    evaluate: (args) => sortList(listAt(args, 0), textAt(args, 1)),
  },
  {
    signature: 'distinct(list) → list',
    doc: 'The list without repeats; of equal items the first stays.',
    example: "distinct(['a', 'b', 'a']) == ['a', 'b']",
    parameters: [LIST],
    result: (args) => listOf(itemType(args)),
    work: listWork,
    evaluate: (args, work) => distinctItems(listAt(args, 0), work),
  },
  {
    signature: 'flatten(list) → list',
    doc: 'One level of nesting taken off: items that are lists are replaced by their items.',
    example: 'flatten([[1, 2], [3], 4]) == [1, 2, 3, 4]',
    parameters: [LIST],
    result: (args) =>
      listOf(unionOf(membersOf(itemType(args)).map((item) => (item.kind === 'list' ? item.item : item)))),
    work: listWork,
    evaluate: (args, work) => flattenList(listAt(args, 0), work),
  },
  {
    signature: 'first(list) → item',
    doc: 'The first item; an empty list is a fault (`list[?0].orValue(…)` is not).',
    example: 'first([7, 8, 9]) == 7',
    parameters: [LIST],
    result: itemType,
    evaluate: (args) => firstOrFail(listAt(args, 0), 0),
  },
  {
    signature: 'last(list) → item',
    doc: 'The last item; an empty list is a fault.',
    example: 'last([7, 8, 9]) == 9',
    parameters: [LIST],
    result: itemType,
    evaluate: (args) => firstOrFail(listAt(args, 0), -1),
  },
]
