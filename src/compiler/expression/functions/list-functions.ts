import { isJsonObject, type JsonValue, toCanonicalJson } from '../../../core/json.ts'
import { chargeTree, describeValue, fail, type Work, writeJson } from '../evaluation.ts'
import { compareValues } from '../order.ts'
import { ANY, BOOLEAN, listOf, membersOf, NUMBER, STRING, type Type, unionOf } from '../type.ts'
import { type FunctionSource, listAt, listWork, numberAt, textAt } from './function-entry.ts'

const LIST = { name: 'list', type: listOf(ANY) } as const
const ORDERED = { name: 'list', type: listOf({ kind: 'union', members: [NUMBER, STRING, BOOLEAN] }) } as const

export const itemOf = (type: Type | undefined): Type => (type?.kind === 'list' ? type.item : ANY)

const itemType = ([list]: readonly Type[]): Type => itemOf(list)

const compare = (a: JsonValue, b: JsonValue, work: Work): number =>
  compareValues(a, b, work) ??
  fail(`${describeValue(a)} and ${describeValue(b)} have no order: expected numbers, texts or booleans only`)

const firstOrFail = (list: JsonValue[], index: number): JsonValue =>
  list.at(index) ?? (list.length === 0 ? fail('the list is empty') : null)

const extreme = (list: JsonValue[], sign: 1 | -1, work: Work): JsonValue => {
  let best = firstOrFail(list, 0)
  compare(best, best, work)
  for (const item of list) if (compare(item, best, work) * sign > 0) best = item
  return best
}

const sortKey = (item: JsonValue, field: string): JsonValue => {
  if (field === '') return item
  const value = isJsonObject(item) && Object.hasOwn(item, field) ? item[field] : undefined
  return value ?? fail(`an item has no value in '${field}' to sort by`)
}

const sortList = (list: JsonValue[], by: string, work: Work): JsonValue => {
  const sign = by.startsWith('-') ? -1 : 1
  const field = sign === -1 ? by.slice(1) : by
  const keyed = list.map((item) => ({ item, key: sortKey(item, field) }))
  const [only] = keyed
  if (keyed.length === 1 && only !== undefined) compare(only.key, only.key, work)
  return keyed.sort((a, b) => sign * compare(a.key, b.key, work)).map(({ item }) => item)
}

const distinctItems = (list: JsonValue[], work: Work): JsonValue[] => {
  const seen = new Set<string>()
  return list.filter((item) => {
    chargeTree(item, work)
    const identity = writeJson(item, work, toCanonicalJson)
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

const rangeOf = ([from = 0, to, step = 1]: readonly number[], work: Work): number[] => {
  const [first, end] = to === undefined ? [0, from] : [from, to]
  if (step === 0) return fail('the step is 0: expected a number above or below 0')
  const count = Math.max(0, Math.ceil((end - first) / step))
  work.charge(count)
  return Array.from({ length: count }, (_, index) => first + index * step)
}

const chunkList = (list: JsonValue[], size: number): JsonValue[] => {
  if (!Number.isInteger(size) || size < 1) return fail(`${size} is no size: expected a whole number of at least 1`)
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}

const sumList = (list: JsonValue[]): number =>
  list.reduce<number>((sum, item) => {
    if (typeof item !== 'number') return fail(`sum takes numbers, got ${describeValue(item)}`)
    return sum + item
  }, 0)

export const LIST_FUNCTIONS: readonly FunctionSource[] = [
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
    evaluate: (args, work) => extreme(listAt(args, 0), -1, work),
  },
  {
    signature: 'max(list) → item',
    doc: 'The largest of numbers, texts or booleans; an empty list is a fault.',
    example: 'max([3, 1, 2]) == 3',
    parameters: [ORDERED],
    result: itemType,
    work: listWork,
    evaluate: (args, work) => extreme(listAt(args, 0), 1, work),
  },
  {
    signature: 'sort(list, field?) → list',
    doc: "The items in ascending order: numbers, texts, booleans, or objects by one of their fields; `'-field'` sorts descending, `'-'` for a list without fields.",
    example: "sort([3, 1, 2]) == [1, 2, 3] && [{'n': 1}, {'n': 2}].sort('-n')[0].n == 2",
    parameters: [LIST, { name: 'field', type: STRING, optional: true }],
    result: (args) => listOf(itemType(args)),
    work: (args) => 2 * listWork(args),
    evaluate: (args, work) => sortList(listAt(args, 0), textAt(args, 1), work),
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
  {
    signature: 'range(from, to?, step?) → list of number',
    doc: 'The numbers from one up to, not including, another, by a step (default 1, or a negative one to count down). With one argument from 0 up to it.',
    example: 'range(3) == [0, 1, 2] && range(1, 4) == [1, 2, 3] && range(10, 0, -5) == [10, 5]',
    isMethod: false,
    parameters: [
      { name: 'from', type: NUMBER },
      { name: 'to', type: NUMBER, optional: true },
      { name: 'step', type: NUMBER, optional: true },
    ],
    result: listOf(NUMBER),
    evaluate: (args, work) =>
      rangeOf(
        args.map((_, index) => numberAt(args, index)),
        work,
      ),
  },
  {
    signature: 'chunk(list, size) → list of list',
    doc: 'The items in lists of so many; the last list has the rest.',
    example: 'chunk([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]',
    parameters: [LIST, { name: 'size', type: NUMBER }],
    result: (args) => listOf(listOf(itemType(args))),
    work: (args) => 2 * listWork(args),
    evaluate: (args) => chunkList(listAt(args, 0), numberAt(args, 1)),
  },
]
