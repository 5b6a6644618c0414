/**
 * Regular expressions follow RE2: linear time, no backreferences, no lookaround. The engine (`re2js`, 8 ms to load) is
 * required when the first pattern is compiled and not before; bundlers leave `createRequire` alone.
 */
import { createRequire } from 'node:module'
import type * as Engine from 're2js'
import { translatePattern } from '../../core/schema-pattern.ts'
import { estimateProgram } from './pattern-size.ts'

export interface RegularExpression {
  /** True if the pattern matches somewhere in the text. */
  test(text: string): boolean
  /** Instructions of the compiled program: the time for a text grows with its length times this. */
  size: number
  /** Number of groups that capture. */
  groups: number
  /** The matches from left to right. `look` is called whenever the engine looks at a character, and may throw to end the search. */
  find(text: string, look: () => void): Iterable<Match>
  /** Bytes that the engine clears before it looks for a match in a text of this length. */
  setUp(length: number): number
}

export interface Match {
  /** In code units, as `end`. */
  start: number
  end: number
  /** Null: the group took no part. 0 is the whole match. */
  group(index: number): string | null
}

export type CompiledPattern = { ok: true; expression: RegularExpression } | { ok: false; message: string }

export const LONGEST_PATTERN = 2000

/** Instructions of the largest program: compiling it takes some 20 ms. */
const LARGEST_PROGRAM = 20_000

/** Most compiled patterns in the cache. A workflow has a handful, so the bound only guards against patterns made at run time. */
const MOST_KEPT = 200

const kept = new Map<string, CompiledPattern>()

let engine: typeof Engine | undefined

const loadEngine = (): typeof Engine => {
  engine ??= createRequire(import.meta.url)('re2js') as typeof Engine
  return engine
}

/** Never throws; `message` says what is wrong with the pattern. */
export const compilePattern = (pattern: string): CompiledPattern => {
  const known = kept.get(pattern)
  if (known !== undefined) return known
  const compiled = compile(pattern)
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(pattern, compiled)
  return compiled
}

/** A text that tells when the engine looks at it: the engine reads texts by `charCodeAt`. */
class WatchedText extends String {
  readonly #look: () => void

  constructor(text: string, look: () => void) {
    super(text)
    this.#look = look
  }

  override charCodeAt(index: number): number {
    this.#look()
    return super.charCodeAt(index)
  }
}

/** The most that the engine clears: above, it uses another algorithm. */
const MOST_CLEARED = 32_768

const toRegularExpression = (expression: Engine.RE2JS): RegularExpression => {
  const size = expression.programSize()
  return {
    size,
    groups: expression.groupCount(),
    test: (text) => expression.test(text),
    setUp: (length) => Math.min(MOST_CLEARED, (size * length) / 8),
    *find(text, look) {
      const { MatcherInput } = loadEngine()
      const matcher = expression.matcher(MatcherInput.utf16(new WatchedText(text, look)))
      while (matcher.find())
        yield { start: matcher.start(0), end: matcher.end(0), group: (index) => matcher.group(index) }
    },
  }
}

/** The same for a pattern of JSON Schema, which is written as in JavaScript. */
export const compileSchemaPattern = (pattern: string): CompiledPattern =>
  pattern.length > LONGEST_PATTERN ? compilePattern(pattern) : tryCompile(pattern, translateSchemaPattern)

const translateSchemaPattern = (pattern: string): string =>
  loadEngine().RE2JS.translateRegExp(translatePattern(pattern))

const compile = (pattern: string): CompiledPattern => {
  if (pattern.length > LONGEST_PATTERN)
    return { ok: false, message: `it has ${pattern.length} characters: expected at most ${LONGEST_PATTERN}` }
  return tryCompile(pattern)
}

const tryCompile = (pattern: string, translate = (text: string): string => text): CompiledPattern => {
  const { RE2JS, RE2JSException } = loadEngine()
  try {
    const translated = translate(pattern)
    if (estimateProgram(translated) > LARGEST_PROGRAM)
      return {
        ok: false,
        message: `its repeats make it too large: expected at most ${LARGEST_PROGRAM} characters with all repeats written out`,
      }
    const expression = RE2JS.compile(translated)
    return { ok: true, expression: toRegularExpression(expression) }
  } catch (error) {
    if (error instanceof RE2JSException)
      return { ok: false, message: error.message.replace(/^error parsing regexp: /, '') }
    throw error
  }
}
