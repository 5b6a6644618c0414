/**
 * Regular expressions follow RE2: linear time, no backreferences, no lookaround. The engine (`re2js`, 8 ms to load) is
 * required when the first pattern is compiled and not before; bundlers leave `createRequire` alone.
 */
import { createRequire } from 'node:module'
import type * as Engine from 're2js'

export interface RegularExpression {
  /** True if the pattern matches somewhere in the text. */
  test(text: string): boolean
  /** Instructions of the compiled program: the time for a text grows with its length times this. */
  size: number
}

export type CompiledPattern = { ok: true; expression: RegularExpression } | { ok: false; message: string }

const LONGEST_PATTERN = 2000

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

const compile = (pattern: string): CompiledPattern => {
  if (pattern.length > LONGEST_PATTERN)
    return { ok: false, message: `it has ${pattern.length} characters: expected at most ${LONGEST_PATTERN}` }
  const { RE2JS, RE2JSException } = loadEngine()
  try {
    const expression = RE2JS.compile(pattern)
    return { ok: true, expression: { test: (text) => expression.test(text), size: expression.programSize() } }
  } catch (error) {
    if (error instanceof RE2JSException)
      return { ok: false, message: error.message.replace(/^error parsing regexp: /, '') }
    throw error
  }
}
