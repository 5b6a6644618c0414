import type { JsonValue } from '../../../core/json.ts'
import { ExpressionFailure, fail, type Work } from '../evaluation.ts'
import { estimateProgram } from '../pattern-size.ts'
import { compilePattern, LONGEST_PATTERN, type Match, type RegularExpression } from '../regular-expression.ts'
import { BOOLEAN, listOf, NULL, NUMBER, STRING, unionOf } from '../type.ts'
import { type FunctionSource, numberAt, textAt } from './function-entry.ts'
import { joinTexts } from './join-texts.ts'
import { type Insert, parseReplacement } from './replacement.ts'
import { toMost } from './text-search.ts'

const TEXT = { name: 'text', type: STRING } as const
const PATTERN = { name: 'pattern', type: STRING, pattern: { mostGroups: Number.POSITIVE_INFINITY } } as const
const ONE_GROUP = { name: 'pattern', type: STRING, pattern: { mostGroups: 1 } } as const

const compilePatternOrFail = (pattern: string, work: Work): RegularExpression => {
  // A pattern is paid for once an evaluation, whether or not it is still kept compiled: a replay must count alike.
  const known = work.patterns.get(pattern)
  if (known !== undefined) return known
  work.charge(compileWork(pattern))
  const compiled = compilePattern(pattern)
  if (!compiled.ok) throw new ExpressionFailure(`the regular expression is not valid: ${compiled.message}`)
  work.patterns.set(pattern, compiled.expression)
  return compiled.expression
}

/** Work of compiling: the engine reads the pattern, and writes its repeats out. */
const compileWork = (pattern: string): number =>
  pattern.length > LONGEST_PATTERN ? 1 : 16 * pattern.length + 2 * estimateProgram(pattern)

/** Steps of the engine for one visit. For each character that it looks at it takes up to as many steps as the pattern has instructions. */
const STEPS_A_VISIT = 32

/** Steps for a look, whatever the pattern is. */
const STEPS_A_LOOK = 12

/**
 * Finds the matches from left to right, and charges the characters that the engine looks at. It may look at all of them for each match:
 * `a.*b|a` needs the square of the length of `aaa…`.
 */
function* findMatches(args: readonly JsonValue[], work: Work): Generator<Match> {
  const text = textAt(args, 0)
  const expression = compilePatternOrFail(textAt(args, 1), work)
  const { size, setUp } = expression
  let steps = 0
  const look = (): void => {
    steps += STEPS_A_LOOK + size
    if (steps < STEPS_A_VISIT) return
    work.charge(Math.floor(steps / STEPS_A_VISIT))
    steps %= STEPS_A_VISIT
  }
  for (const match of expression.find(text, look)) {
    work.charge(1 + setUp(text.length) / STEPS_A_VISIT / STEPS_A_VISIT)
    yield match
  }
}

/** The only group, or the whole match if there is none. */
const extract = (match: Match, groups: number): string | null => match.group(groups === 0 ? 0 : 1)

const groupsOf = (pattern: string, work: Work): number => {
  const { groups } = compilePatternOrFail(pattern, work)
  return groups > 1 ? fail(`the pattern has ${groups} groups: expected one at most; (?:…) is none`) : groups
}

const readReplacement = (args: readonly JsonValue[], work: Work): Insert[] => {
  work.charge(textAt(args, 2).length >> 3)
  const parsed = parseReplacement(textAt(args, 2), compilePatternOrFail(textAt(args, 1), work).groups)
  return Array.isArray(parsed) ? parsed : fail(`${parsed.message}: ${parsed.hint}`)
}

const replaceMatches = (args: readonly JsonValue[], work: Work): string => {
  const text = textAt(args, 0)
  const inserts = readReplacement(args, work)
  const most = toMost(numberAt(args, 3, -1))
  const parts: string[] = []
  let end = 0
  let count = 0
  if (most > 0)
    for (const match of findMatches(args, work)) {
      parts.push(text.slice(end, match.start))
      for (const insert of inserts) parts.push(typeof insert === 'string' ? insert : (match.group(insert) ?? ''))
      work.charge(inserts.length)
      end = match.end
      if (++count >= most) break
    }
  return joinTexts([...parts, text.slice(end)], '', work)
}

export const REGEX_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'matches(text, pattern) → boolean',
    doc: 'True if the regular expression (RE2) matches somewhere in the text; `^` and `$` tie it to the ends.',
    example: "'order 4711'.matches(r'\\d{4}')",
    parameters: [TEXT, PATTERN],
    result: BOOLEAN,
    evaluate: (args, work) => {
      const expression = compilePatternOrFail(textAt(args, 1), work)
      work.charge(Math.floor((textAt(args, 0).length * expression.size) / 256))
      return expression.test(textAt(args, 0))
    },
  },
  {
    signature: 'regex_extract(text, pattern) → string or null',
    doc: 'The first match of the regular expression (RE2), or of the group in it; null if there is none.',
    example: "'order 4711'.regex_extract(r'order (\\d+)') == '4711' && 'none'.regex_extract(r'\\d+') == null",
    parameters: [TEXT, ONE_GROUP],
    result: unionOf([STRING, NULL]),
    evaluate: (args, work) => {
      const groups = groupsOf(textAt(args, 1), work)
      for (const match of findMatches(args, work)) return extract(match, groups)
      return null
    },
  },
  {
    signature: 'regex_extract_all(text, pattern) → list of string',
    doc: 'All matches of the regular expression (RE2), or of the group in it, from left to right.',
    example: "'a1 b22'.regex_extract_all(r'[a-z](\\d+)') == ['1', '22']",
    parameters: [TEXT, ONE_GROUP],
    result: listOf(STRING),
    evaluate: (args, work) => {
      const groups = groupsOf(textAt(args, 1), work)
      const found: string[] = []
      for (const match of findMatches(args, work)) {
        const part = extract(match, groups)
        if (part !== null) found.push(part)
      }
      return found
    },
  },
  {
    signature: 'regex_replace(text, pattern, by, count?) → string',
    doc: 'The text with the matches of the regular expression (RE2) replaced: all, or the first so many. In `by`, `\\1` is the first group and `\\0` the whole match.',
    example: "'2026-03-01'.regex_replace(r'(\\d+)-(\\d+)-(\\d+)', r'\\3.\\2.\\1') == '01.03.2026'",
    parameters: [TEXT, PATTERN, { name: 'by', type: STRING }, { name: 'count', type: NUMBER, optional: true }],
    result: STRING,
    evaluate: replaceMatches,
  },
]
