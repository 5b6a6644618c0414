/** Functions that take a text or a list: of characters, or of items. */
import type { JsonValue } from '../../../core/json.ts'
import { isEqual } from '../equality.ts'
import { fail, type Work } from '../evaluation.ts'
import { ANY, listOf, NUMBER, STRING, type Type, unionOf } from '../type.ts'
import { characterWork, countCharacters, sliceCharacters, toCharacterIndex, toUnitIndex } from './characters.ts'
import { type FunctionSource, listAt, numberAt, textAt } from './function-entry.ts'
import { createTextSearch } from './text-search.ts'

const SEQUENCE = { name: 'value', type: unionOf([STRING, listOf(ANY)]) } as const

const isText = (value: JsonValue | undefined): value is string => typeof value === 'string'

/** Work of reading the first argument, a text or a list. */
const sequenceWork = (args: readonly JsonValue[]): number => characterWork(textAt(args, 0)) + listAt(args, 0).length

/** Keys of an object that are counted for one visit. */
const KEYS_A_VISIT = 32

const sizeOf = (value: JsonValue | undefined): number => {
  if (isText(value)) return countCharacters(value)
  return Array.isArray(value) ? value.length : Object.keys(value ?? {}).length
}

/** Reads a position; one below 0 counts from the end, and one beyond an end is that end. */
const positionOf = (position: number, size: number): number => {
  if (!Number.isInteger(position)) return fail(`${position} is no position: expected a whole number`)
  return Math.min(Math.max(position < 0 ? size + position : position, 0), size)
}

const slice = (args: readonly JsonValue[]): JsonValue => {
  const [value] = args
  const size = sizeOf(value)
  const start = positionOf(numberAt(args, 1), size)
  const end = positionOf(numberAt(args, 2, size), size)
  if (isText(value)) return end <= start ? '' : sliceCharacters(value, start, end)
  return listAt(args, 0).slice(start, end)
}

/** Texts stay texts, lists lists. */
const sliceType = ([type = ANY]: readonly Type[]): Type => {
  const toSlice = (member: Type): Type => {
    if (member.kind === 'list') return listOf(member.item)
    return member.kind === 'literal' ? STRING : member
  }
  return type.kind === 'union' ? unionOf(type.members.map(toSlice)) : toSlice(type)
}

const indexOf = (args: readonly JsonValue[], work: Work): number => {
  const [value, item = null] = args
  const from = positionOf(numberAt(args, 2), sizeOf(value))
  if (isText(value)) {
    if (!isText(item)) return fail('a part of a text is a text')
    return toCharacterIndex(value, createTextSearch(value, item, work).next(toUnitIndex(value, from)))
  }
  const list = listAt(args, 0)
  for (let at = from; at < list.length; at++) if (isEqual(list[at] ?? null, item, work)) return at
  return -1
}

export const SEQUENCE_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'size(value) → number',
    doc: 'How many characters a text, items a list or fields an object has.',
    example: "size([1, 2]) == 2 && 'abc'.size() == 3",
    parameters: [
      { name: 'value', type: unionOf([STRING, listOf(ANY), { kind: 'object', fields: new Map(), rest: ANY }]) },
    ],
    result: NUMBER,
    work: ([value]) => (isText(value) ? characterWork(value) : 1),
    evaluate: ([value], work) => {
      const size = sizeOf(value)
      if (!isText(value) && !Array.isArray(value)) work.charge(Math.floor(size / KEYS_A_VISIT))
      return size
    },
  },
  {
    signature: 'slice(value, start, end?) → value',
    doc: 'The items of a list, or characters of a text, from `start` up to, not including, `end`. A position below 0 counts from the end; one beyond an end is that end.',
    example: "[1, 2, 3, 4].slice(1, 3) == [2, 3] && 'report.csv'.slice(-3) == 'csv'",
    parameters: [SEQUENCE, { name: 'start', type: NUMBER }, { name: 'end', type: NUMBER, optional: true }],
    result: sliceType,
    work: sequenceWork,
    evaluate: slice,
  },
  {
    signature: 'index_of(value, item, from?) → number',
    doc: 'The position of the first equal item of a list, or of a part of a text, at or after `from` (default 0); -1 if there is none.',
    example: "[7, 8, 9].index_of(9) == 2 && 'a-b'.index_of('-') == 1 && [7].index_of(8) == -1",
    parameters: [SEQUENCE, { name: 'item', type: ANY }, { name: 'from', type: NUMBER, optional: true }],
    result: NUMBER,
    work: sequenceWork,
    evaluate: indexOf,
  },
]
