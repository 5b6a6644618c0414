import type { JsonValue } from '../../../core/json.ts'
import { describeValue, fail, textWork, type Work } from '../evaluation.ts'
import { BOOLEAN, listOf, literalOf, NUMBER, STRING, unionOf } from '../type.ts'
import {
  characterWork,
  countCharacters,
  sliceCharacters,
  toCharacterIndex,
  toUnitIndex,
  trimSpace,
} from './characters.ts'
import { type FunctionSource, listAt, numberAt, readWork, textAt } from './function-entry.ts'
import { joinTexts } from './join-texts.ts'
import { createTextSearch, findPlaces, toMost } from './text-search.ts'

const TEXT = { name: 'text', type: STRING } as const

/** Checks a position in characters; `last` is the largest that is allowed. */
const positionAt = (args: readonly JsonValue[], index: number, last: number): number => {
  const position = numberAt(args, index)
  if (!Number.isInteger(position) || position < 0 || position > last)
    return fail(`position ${position} is out of range: expected a whole number from 0 to ${last}`)
  return position
}

const toText = (item: JsonValue): string => {
  if (typeof item === 'string') return item
  if (typeof item === 'number' || typeof item === 'boolean') return String(item)
  return fail(`join takes texts, numbers and booleans, got ${item === null ? 'null' : 'a list or an object'}`)
}

/** The same text with the letters A to Z, or a to z, in the other case. */
const changeAscii = (text: string, change: (ascii: string) => string, work: Work): string => {
  if (IS_ASCII.test(text)) return change(text)
  work.charge(text.length >> 2)
  return text.replace(ASCII_RUNS, change)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the first 128 characters are meant.
const IS_ASCII = /^[\x00-\x7f]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: the first 128 characters are meant.
const ASCII_RUNS = /[\x00-\x7f]+/g

/** Splits a text at most so often; the last part is the rest. */
const splitText = (text: string, separator: string, { most, work }: { most: number; work: Work }): string[] => {
  if (most === 0 || (text === '' && separator === '')) return []
  // An empty separator stands between characters alone: the place before the first one counts for nothing.
  const places = findPlaces(text, separator, { most: separator === '' ? most : most - 1, work })
  const cuts = separator === '' ? places.filter((place) => place > 0 && place < text.length) : places
  work.charge(cuts.length + 1)
  const ends = [0, ...cuts.map((place) => place + separator.length)]
  return ends.map((end, index) => text.slice(end, cuts[index] ?? text.length))
}

const padText = (args: readonly JsonValue[], work: Work): string => {
  const text = String(args[0])
  const size = numberAt(args, 1)
  const fill = textAt(args, 2, ' ')
  if (!Number.isInteger(size)) return fail(`${size} is no size: expected a whole number of characters`)
  if (fill.length > 2 || countCharacters(fill) !== 1)
    return fail(`${describeValue(fill)} can't fill: expected one character`)
  const missing = Math.max(0, size - countCharacters(text))
  work.charge(textWork(missing * fill.length))
  const filling = fill.repeat(missing)
  return textAt(args, 3, 'start') === 'end' ? text + filling : filling + text
}

const COUNT = { name: 'count', type: NUMBER, optional: true } as const

export const TEXT_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'contains(text, part) → boolean',
    doc: 'True if the text holds the part.',
    example: "'invoice 17'.contains('17')",
    parameters: [TEXT, { name: 'part', type: STRING }],
    result: BOOLEAN,
    work: readWork,
    evaluate: (args, work) => createTextSearch(textAt(args, 0), textAt(args, 1), work).next(0) !== -1,
  },
  {
    signature: 'startsWith(text, start) → boolean',
    doc: 'True if the text begins with the start.',
    example: "'re: hello'.startsWith('re:')",
    parameters: [TEXT, { name: 'start', type: STRING }],
    result: BOOLEAN,
    work: (args) => 1 + textWork(textAt(args, 1).length),
    evaluate: (args) => textAt(args, 0).startsWith(textAt(args, 1)),
  },
  {
    signature: 'endsWith(text, end) → boolean',
    doc: 'True if the text ends with the end.',
    example: "'report.csv'.endsWith('.csv')",
    parameters: [TEXT, { name: 'end', type: STRING }],
    result: BOOLEAN,
    work: (args) => 1 + textWork(textAt(args, 1).length),
    evaluate: (args) => textAt(args, 0).endsWith(textAt(args, 1)),
  },
  {
    signature: 'lowerAscii(text) → string',
    doc: 'The letters A to Z in lower case.',
    example: "'BUG'.lowerAscii() == 'bug'",
    parameters: [TEXT],
    result: STRING,
    work: readWork,
    evaluate: (args, work) => changeAscii(textAt(args, 0), (ascii) => ascii.toLowerCase(), work),
  },
  {
    signature: 'upperAscii(text) → string',
    doc: 'The letters a to z in upper case.',
    example: "'bug'.upperAscii() == 'BUG'",
    parameters: [TEXT],
    result: STRING,
    work: readWork,
    evaluate: (args, work) => changeAscii(textAt(args, 0), (ascii) => ascii.toUpperCase(), work),
  },
  {
    signature: 'lower(text) → string',
    doc: 'The text in lower case, by the rules of Unicode.',
    example: "'GRÜN'.lower() == 'grün'",
    parameters: [TEXT],
    result: STRING,
    work: (args) => 16 * readWork(args),
    evaluate: (args) => textAt(args, 0).toLowerCase(),
  },
  {
    signature: 'upper(text) → string',
    doc: 'The text in upper case, by the rules of Unicode.',
    example: "'grün'.upper() == 'GRÜN'",
    parameters: [TEXT],
    result: STRING,
    work: (args) => 16 * readWork(args),
    evaluate: (args) => textAt(args, 0).toUpperCase(),
  },
  {
    signature: 'pad(text, size, fill?, side?) → string',
    doc: "The text or number with so many characters, filled with `fill` (default a blank) at its `side`: `'start'` (default) or `'end'`.",
    example: "pad(7, 3, '0') == '007' && 'ab'.pad(4, '.', 'end') == 'ab..'",
    parameters: [
      { name: 'text', type: unionOf([STRING, NUMBER]) },
      { name: 'size', type: NUMBER },
      { name: 'fill', type: STRING, optional: true },
      { name: 'side', type: unionOf([literalOf('start'), literalOf('end')]), optional: true },
    ],
    result: STRING,
    work: (args) => characterWork(textAt(args, 0)),
    evaluate: padText,
  },
  {
    signature: 'trim(text) → string',
    doc: 'The text without blanks and line breaks (White_Space of Unicode) at its ends.',
    example: "'  yes\\n'.trim() == 'yes'",
    parameters: [TEXT],
    result: STRING,
    work: readWork,
    evaluate: (args, work) => {
      const trimmed = trimSpace(textAt(args, 0))
      work.charge((textAt(args, 0).length - trimmed.length) >> 5)
      return trimmed
    },
  },
  {
    signature: 'indexOf(text, part, from?) → number',
    doc: 'The position of the first such part at or after `from` (default 0), counted in characters from 0; -1 when there is none.',
    example: "'a-b-c'.indexOf('-', 2) == 3",
    parameters: [TEXT, { name: 'part', type: STRING }, { name: 'from', type: NUMBER, optional: true }],
    result: NUMBER,
    work: (args) => characterWork(textAt(args, 0)),
    evaluate: (args, work) => {
      const text = textAt(args, 0)
      const from = positionAt(args, 2, countCharacters(text))
      return toCharacterIndex(text, createTextSearch(text, textAt(args, 1), work).next(toUnitIndex(text, from)))
    },
  },
  {
    signature: 'lastIndexOf(text, part, to?) → number',
    doc: 'The position of the last such part at or before `to` (default: the end), counted in characters from 0; -1 when there is none.',
    example: "'a-b-c'.lastIndexOf('-') == 3 && 'a-b-c'.lastIndexOf('-', 2) == 1",
    parameters: [TEXT, { name: 'part', type: STRING }, { name: 'to', type: NUMBER, optional: true }],
    result: NUMBER,
    work: (args) => characterWork(textAt(args, 0)),
    evaluate: (args, work) => {
      const text = textAt(args, 0)
      const size = countCharacters(text)
      const to = args[2] === undefined ? size : positionAt(args, 2, size)
      return toCharacterIndex(text, createTextSearch(text, textAt(args, 1), work).last(toUnitIndex(text, to)))
    },
  },
  {
    signature: 'substring(text, start, end?) → string',
    doc: "The characters from `start` up to, not including, `end`; an end beyond the text is the text's end.",
    example: "'2026-03-01'.substring(0, 4) == '2026'",
    parameters: [TEXT, { name: 'start', type: NUMBER }, { name: 'end', type: NUMBER, optional: true }],
    result: STRING,
    work: (args) => characterWork(textAt(args, 0)),
    evaluate: (args) => {
      const size = countCharacters(textAt(args, 0))
      const start = positionAt(args, 1, size)
      const end = args[2] === undefined ? size : positionAt(args, 2, Number.MAX_SAFE_INTEGER)
      if (end < start) return fail(`the end ${end} lies before the start ${start}`)
      return sliceCharacters(textAt(args, 0), start, end)
    },
  },
  {
    signature: 'charAt(text, position) → string',
    doc: 'The character at a position counted from 0; at the very end the empty text.',
    example: "'abc'.charAt(1) == 'b'",
    parameters: [TEXT, { name: 'position', type: NUMBER }],
    result: STRING,
    work: (args) => characterWork(textAt(args, 0)),
    evaluate: (args) => {
      const position = positionAt(args, 1, countCharacters(textAt(args, 0)))
      return sliceCharacters(textAt(args, 0), position, position + 1)
    },
  },
  {
    signature: 'replace(text, part, by, count?) → string',
    doc: 'The text with every such part replaced, or the first so many. The part is plain text, not a pattern.',
    example: "'a-b-c'.replace('-', '+') == 'a+b+c' && 'a-b-c'.replace('-', '', 1) == 'ab-c'",
    parameters: [TEXT, { name: 'part', type: STRING }, { name: 'by', type: STRING }, COUNT],
    result: STRING,
    work: readWork,
    evaluate: (args, work) => {
      const [text, part] = [textAt(args, 0), textAt(args, 1)]
      const places = findPlaces(text, part, { most: toMost(numberAt(args, 3, -1)), work })
      const ends = [0, ...places.map((place) => place + part.length)]
      const parts = ends.map((end, index) => text.slice(end, places[index] ?? text.length))
      return joinTexts(parts, textAt(args, 2), work)
    },
  },
  {
    signature: 'split(text, separator, count?) → list of string',
    doc: 'The parts between the separators, at most so many, the last with the rest; with an empty separator the single characters.',
    example: "'a, b'.split(', ') == ['a', 'b'] && 'a=b=c'.split('=', 2) == ['a', 'b=c']",
    parameters: [TEXT, { name: 'separator', type: STRING }, COUNT],
    result: listOf(STRING),
    work: readWork,
    evaluate: (args, work) =>
      splitText(textAt(args, 0), textAt(args, 1), { most: toMost(numberAt(args, 2, -1)), work }),
  },
  {
    signature: 'join(list, separator?) → string',
    doc: 'The items of a list, one behind the other, with the separator (default none) between them.',
    example: "['a', 'b'].join(', ') == 'a, b'",
    parameters: [
      { name: 'list', type: listOf({ kind: 'union', members: [STRING, NUMBER, BOOLEAN] }) },
      { name: 'separator', type: STRING, optional: true },
    ],
    result: STRING,
    work: (args) => listAt(args, 0).length,
    evaluate: (args, work) => joinTexts(listAt(args, 0).map(toText), textAt(args, 1), work),
  },
]
