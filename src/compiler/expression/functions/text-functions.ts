import type { JsonValue } from '../../../core/json.ts'
import type { Work } from '../evaluation.ts'
import { ExpressionFailure, fail, textWork } from '../evaluation.ts'
import { compilePattern, type RegularExpression } from '../regular-expression.ts'
import { BOOLEAN, listOf, NUMBER, STRING } from '../type.ts'
import { countCharacters, sliceCharacters, toCharacterIndex, toUnitIndex, trimSpace } from './characters.ts'
import { type FunctionSource, listAt, numberAt, textAt } from './function-entry.ts'

const TEXT = { name: 'text', type: STRING } as const

const readWork = (args: readonly JsonValue[]): number => 1 + textWork(textAt(args, 0).length)

const compilePatternOrFail = (pattern: string, work: Work): RegularExpression => {
  // A pattern is paid for once an evaluation, whether or not it is still kept compiled: a replay must count alike.
  if (!work.patterns.has(pattern)) {
    work.charge(16 * pattern.length)
    work.patterns.add(pattern)
  }
  const compiled = compilePattern(pattern)
  if (!compiled.ok) throw new ExpressionFailure(`the regular expression is not valid: ${compiled.message}`)
  return compiled.expression
}

/** Checks a position in characters; `last` is the largest that is allowed. */
const positionAt = (args: readonly JsonValue[], index: number, last: number): number => {
  const position = numberAt(args, index)
  if (!Number.isInteger(position) || position < 0 || position > last)
    return fail(`position ${position} is out of range: expected a whole number from 0 to ${last}`)
  return position
}

const joinTexts = (parts: string[], separator: string, work: Work): string => {
  const length = parts.reduce((sum, part) => sum + part.length + separator.length, 0)
  work.charge(textWork(length))
  return parts.join(separator)
}

const toText = (item: JsonValue): string => {
  if (typeof item === 'string') return item
  if (typeof item === 'number' || typeof item === 'boolean') return String(item)
  return fail(`join takes texts, numbers and booleans, got ${item === null ? 'null' : 'a list or an object'}`)
}

export const TEXT_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'contains(text, part) → boolean',
    doc: 'Whether the text holds the part.',
    example: "'invoice 17'.contains('17')",
    parameters: [TEXT, { name: 'part', type: STRING }],
    result: BOOLEAN,
    work: readWork,
    evaluate: (args) => textAt(args, 0).includes(textAt(args, 1)),
  },
  {
    signature: 'startsWith(text, start) → boolean',
    doc: 'Whether the text begins with the start.',
    example: "'re: hello'.startsWith('re:')",
    parameters: [TEXT, { name: 'start', type: STRING }],
    result: BOOLEAN,
    evaluate: (args) => textAt(args, 0).startsWith(textAt(args, 1)),
  },
  {
    signature: 'endsWith(text, end) → boolean',
    doc: 'Whether the text ends with the end.',
    example: "'report.csv'.endsWith('.csv')",
    parameters: [TEXT, { name: 'end', type: STRING }],
    result: BOOLEAN,
    evaluate: (args) => textAt(args, 0).endsWith(textAt(args, 1)),
  },
  {
    signature: 'matches(text, pattern) → boolean',
    doc: 'Whether the regular expression (RE2) matches somewhere in the text; `^` and `$` tie it to the ends.',
    example: "'order 4711'.matches(r'\\d{4}')",
    parameters: [TEXT, { name: 'pattern', type: STRING }],
    result: BOOLEAN,
    evaluate: (args, work) => {
      const expression = compilePatternOrFail(textAt(args, 1), work)
      work.charge((textAt(args, 0).length * expression.size) >> 8)
      return expression.test(textAt(args, 0))
    },
  },
  {
    signature: 'lowerAscii(text) → string',
    doc: 'The letters A to Z in lower case.',
    example: "'BUG'.lowerAscii() == 'bug'",
    parameters: [TEXT],
    result: STRING,
    work: readWork,
    evaluate: (args) => textAt(args, 0).replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  },
  {
    signature: 'upperAscii(text) → string',
    doc: 'The letters a to z in upper case.',
    example: "'bug'.upperAscii() == 'BUG'",
    parameters: [TEXT],
    result: STRING,
    work: readWork,
    evaluate: (args) => textAt(args, 0).replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  },
  {
    signature: 'trim(text) → string',
    doc: 'The text without blanks and line breaks (White_Space of Unicode) at its ends.',
    example: "'  yes\\n'.trim() == 'yes'",
    parameters: [TEXT],
    result: STRING,
    work: readWork,
    evaluate: (args) => trimSpace(textAt(args, 0)),
  },
  {
    signature: 'indexOf(text, part, from?) → number',
    doc: 'The position of the first such part at or after `from` (default 0), counted in characters from 0; -1 when there is none.',
    example: "'a-b-c'.indexOf('-', 2) == 3",
    parameters: [TEXT, { name: 'part', type: STRING }, { name: 'from', type: NUMBER, optional: true }],
    result: NUMBER,
    work: readWork,
    evaluate: (args) => {
      const text = textAt(args, 0)
      const from = positionAt(args, 2, countCharacters(text))
      return toCharacterIndex(text, text.indexOf(textAt(args, 1), toUnitIndex(text, from)))
    },
  },
  {
    signature: 'lastIndexOf(text, part) → number',
    doc: 'The position of the last such part, counted in characters from 0; -1 when there is none.',
    example: "'a-b-c'.lastIndexOf('-') == 3",
    parameters: [TEXT, { name: 'part', type: STRING }],
    result: NUMBER,
    work: readWork,
    evaluate: (args) => toCharacterIndex(textAt(args, 0), textAt(args, 0).lastIndexOf(textAt(args, 1))),
  },
  {
    signature: 'substring(text, start, end?) → string',
    doc: "The characters from `start` up to, not including, `end`; an end beyond the text is the text's end.",
    example: "'2026-03-01'.substring(0, 4) == '2026'",
    parameters: [TEXT, { name: 'start', type: NUMBER }, { name: 'end', type: NUMBER, optional: true }],
    result: STRING,
    work: readWork,
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
    work: readWork,
    evaluate: (args) => {
      const position = positionAt(args, 1, countCharacters(textAt(args, 0)))
      return sliceCharacters(textAt(args, 0), position, position + 1)
    },
  },
  {
    signature: 'replace(text, part, by) → string',
    doc: 'The text with every such part replaced. The part is plain text, not a pattern.',
    example: "'a-b-c'.replace('-', '+') == 'a+b+c'",
    parameters: [TEXT, { name: 'part', type: STRING }, { name: 'by', type: STRING }],
    result: STRING,
    work: readWork,
    evaluate: (args, work) => {
      const parts = textAt(args, 0).split(textAt(args, 1))
      work.charge(parts.length >> 4)
      return joinTexts(parts, textAt(args, 2), work)
    },
  },
  {
    signature: 'split(text, separator) → list of string',
    doc: 'The parts between the separators; with an empty separator the single characters.',
    example: "'a, b'.split(', ') == ['a', 'b']",
    parameters: [TEXT, { name: 'separator', type: STRING }],
    result: listOf(STRING),
    work: readWork,
    evaluate: (args, work) => {
      const separator = textAt(args, 1)
      const parts = separator === '' ? [...textAt(args, 0)] : textAt(args, 0).split(separator)
      work.charge(parts.length)
      return parts
    },
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
