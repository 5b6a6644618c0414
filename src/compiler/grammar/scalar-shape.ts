/** Shapes of single values: texts, numbers, words of a list, durations, sizes. */
import { A_DURATION, DURATION_PATTERN, explainCalendarDuration, parseDuration } from '../../core/duration.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { parseRate, RATE_PATTERN } from '../../core/rate.ts'
import { parseSize } from '../../core/size.ts'
import { correct, type Hint, meantNearest, write } from '../correction.ts'
import type { DiagnosticCode } from '../diagnostic-codes.ts'
import { toUngrouped } from '../read/misread-value.ts'
import type { YamlNode } from '../read/yaml-node.ts'
import type { Range } from '../source.ts'
import type { Located } from '../value-node.ts'
import { mapped, named, reportMismatch, type Shape, type ShapePlace, suggestQuotes, warnOfMisread } from './shape.ts'

interface TextOptions {
  expected?: string
  /** The whole text must match; anchored by itself. */
  pattern?: RegExp
  code?: DiagnosticCode
  /** Completes the hint for a text that does not match. */
  suggest?: (text: string, range: Range) => Hint | undefined
}

/** Text without expressions. */
export const text = (options: TextOptions = {}): Shape<Located<string>> => {
  const { expected = 'a text', pattern, code, suggest } = options
  const mismatch = code === undefined ? { expected } : { expected, code }
  return {
    expected,
    read(node, place) {
      if (node.kind !== 'scalar' || typeof node.value !== 'string') {
        const hint = node.kind === 'scalar' ? suggestQuotes(node, place) : undefined
        return reportMismatch(node, place, pattern === undefined ? { expected, hint } : { ...mismatch, expected })
      }
      const { value } = node
      if (value.trim() === '') return reportMismatch(node, place, { ...mismatch, problem: 'is empty' })
      if (pattern?.test(value) === false)
        return reportMismatch(node, place, {
          ...mismatch,
          problem: code === undefined ? 'has the wrong form' : 'is not a valid name',
          hint: suggest?.(value, node.range),
        })
      return { value, range: node.range }
    },
    toJsonSchema: () => ({ type: 'string', ...(pattern === undefined ? {} : { pattern: pattern.source }) }),
  }
}

interface NumberOptions {
  minimum?: number
  maximum?: number
}

export const integer = (options: NumberOptions = {}): Shape<Located<number>> =>
  numeric('integer', describeBounds('a whole number', options), options)

export const number = (options: NumberOptions = {}): Shape<Located<number>> =>
  numeric('number', describeBounds('a number', options), options)

const describeBounds = (noun: string, { minimum, maximum }: NumberOptions): string => {
  if (maximum !== undefined) return `${noun} from ${minimum ?? 0} to ${maximum}`
  return minimum === undefined ? noun : `${noun} of at least ${minimum}`
}

const numeric = (type: 'integer' | 'number', expected: string, options: NumberOptions): Shape<Located<number>> => ({
  expected,
  read(node, place) {
    const { minimum = -Infinity, maximum = Infinity } = options
    if (node.kind !== 'scalar' || typeof node.value !== 'number') {
      const number = node.kind === 'scalar' && typeof node.value === 'string' ? toUngrouped(node.value) : undefined
      return reportMismatch(node, place, { expected, hint: number && write(node.range, number) })
    }
    const { value } = node
    warnOfMisread(node, place, { wanted: 'number' })
    if ((type === 'integer' && !Number.isInteger(value)) || value < minimum || value > maximum)
      return reportMismatch(node, place, { expected, problem: 'is out of range' })
    return { value, range: node.range }
  },
  toJsonSchema: () => ({ type, ...options }),
})

export const flag: Shape<Located<boolean>> = {
  expected: 'true or false',
  read(node, place) {
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return { value: node.value, range: node.range }
    const meant = node.kind === 'scalar' ? FLAG_WORDS.get(String(node.value).toLowerCase()) : undefined
    return reportMismatch(node, place, { expected: flag.expected, hint: meant && write(node.range, meant) })
  },
  toJsonSchema: () => ({ type: 'boolean' }),
}

const FLAG_WORDS: ReadonlyMap<string, string> = new Map([
  ...['true', 'yes', 'on', 'y', '1'].map((written) => [written, 'true'] as const),
  ...['false', 'no', 'off', 'n', '0'].map((written) => [written, 'false'] as const),
])

/** One of a list of words. */
export const word = <T extends string>(...words: readonly T[]): Shape<Located<T>> => {
  const expected = words.length === 1 ? `${words[0]}` : `one of ${words.join(', ')}`
  return {
    expected,
    read(node, place) {
      const found = node.kind === 'scalar' ? words.find((candidate) => candidate === node.value) : undefined
      if (found !== undefined) return { value: found, range: node.range }
      const [only, ...others] = words
      const nearest = node.kind === 'scalar' ? meantNearest(node.range, String(node.value), words) : undefined
      const hint = nearest ?? (others.length === 0 && only !== undefined ? write(node.range, only) : undefined)
      return reportMismatch(node, place, { code: 'unknown_word', problem: 'has no such value', expected, hint })
    },
    toJsonSchema: (): JsonSchema => (words.length === 1 ? { const: words[0] as string } : { enum: [...words] }),
  }
}

/** Milliseconds. */
export const duration: Shape<Located<number>> = named('duration', A_DURATION, () => ({
  expected: A_DURATION,
  read: (node, place) =>
    readMeasure(node, place, {
      expected: A_DURATION,
      code: 'bad_duration',
      parse: parseDuration,
      unit: 's',
      explain: explainCalendarDuration,
    }),
  toJsonSchema: () => ({ type: 'string', pattern: `^${DURATION_PATTERN}$`, examples: ['30s', '1h30m', '2d', 'PT5M'] }),
}))

/** Bytes. */
export const size: Shape<Located<number>> = {
  expected: 'a size such as 512kb, 64mb or 2gb',
  read: (node, place) =>
    readMeasure(node, place, { expected: size.expected, code: 'bad_size', parse: parseSize, unit: 'mb' }),
  toJsonSchema: () => ({ type: 'string', pattern: '^\\d+(\\.\\d+)?([bB]|[kKmMgG][bB])$', examples: ['64mb'] }),
}

const A_RATE = 'a count from 1 and a time such as 10/1m'

/** A count within a time, as text. */
export const rate: Shape<Located<string>> = mapped(
  text({ expected: A_RATE, pattern: new RegExp(`^${RATE_PATTERN}$`) }),
  (written, node, place) =>
    parseRate(written.value) === undefined
      ? reportMismatch(node, place, { expected: A_RATE, problem: 'has the wrong form' })
      : written,
)

interface Measure {
  expected: string
  code: DiagnosticCode
  parse: (text: string) => number | undefined
  /** For a number without a unit, the hint. */
  unit: string
  /** The hint for a text that is known to be none. */
  explain?: (text: string) => string | undefined
}

const readMeasure = (node: YamlNode, place: ShapePlace, measure: Measure): Located<number> | undefined => {
  const { expected, code, unit } = measure
  const given = node.kind === 'scalar' ? node.value : undefined
  const value = typeof given === 'string' ? measure.parse(given) : undefined
  if (value !== undefined) return { value, range: node.range }
  const isBareNumber = typeof given === 'number' || (typeof given === 'string' && /^\d+$/.test(given))
  const withUnit = `${given}${unit}`
  const hint = isBareNumber
    ? correct(`give the unit: ${withUnit}`, { ...node.range, text: withUnit })
    : suggestMeasure(String(given), measure, node.range)
  return reportMismatch(node, place, { code, problem: `is not a ${code.slice('bad_'.length)}`, expected, hint })
}

const PARTS = /^\s*(\d+(\.\d+)?\s*[a-z]+[\s,]*)+$/i

/** Rewrites `30 seconds`, `1 hour 30 min`, `pt5m`, `64 MB` in the notation of the language. */
const suggestMeasure = (text: string, { parse, explain }: Measure, range: Range): Hint | undefined => {
  const rewritten = PARTS.test(text)
    ? text
        .matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)
        .map(([, amount = '', letters = '']) => amount + toUnit(letters, parse))
        .toArray()
        .join('')
    : text.trim().toUpperCase()
  return parse(rewritten) === undefined ? explain?.(rewritten) : write(range, rewritten)
}

const toUnit = (letters: string, parse: Measure['parse']): string => {
  const lower = letters.toLowerCase()
  const candidates = [lower, lower.startsWith('mil') ? 'ms' : lower.charAt(0), lower.slice(0, 2), `${lower.charAt(0)}b`]
  return candidates.find((candidate) => parse(`1${candidate}`) !== undefined) ?? letters
}

const toSnakeCase = (given: string): string =>
  given
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^[^A-Za-z]+|_+$/g, '')
    .toLowerCase()

const suggestSnakeCase = (given: string, range: Range): Hint | undefined => {
  const better = toSnakeCase(given)
  return better === '' ? undefined : correct(`write '${better}'`, { ...range, text: better })
}

/** The name of a step, a branch or an item. */
export const snakeCase = text({
  expected: 'a name in snake_case (small letters, digits and _, a letter first)',
  pattern: /^[a-z][a-z0-9_]*$/,
  code: 'bad_id',
  suggest: suggestSnakeCase,
})

/** The name of a workflow, an alias, a server. */
export const name = text({
  expected: 'a name (letters, digits, _ and -, a letter first)',
  pattern: /^[A-Za-z][A-Za-z0-9_-]*$/,
  code: 'bad_name',
})

/** The name of a tool. Editors offer the built-in ones; presets, servers and programs bring others. */
export const toolName: Shape<Located<string>> = {
  ...text(),
  toJsonSchema: (definitions) =>
    definitions.refer('tool_name', () => ({
      anyOf: [
        ...definitions.tools.map(({ name: tool, description }) => ({ const: tool, description })),
        { type: 'string' },
      ],
    })),
}

/** The name of a secret or an environment variable. */
export const VARIABLE_NAME = {
  expected: 'a name like that of a variable (letters, digits and _)',
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  code: 'bad_name',
} as const

export const variableName = text(VARIABLE_NAME)
