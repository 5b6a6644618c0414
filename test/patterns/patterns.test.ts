/** Each file of examples/patterns compiles without a finding, and its runs do what the tables in cases/ say. */
import { readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ERROR_CASES } from './cases/errors.ts'
import { FLOW_CASES } from './cases/flow.ts'
import { TIME_CASES } from './cases/time.ts'
import type { PatternCase, PatternCases } from './pattern-case.ts'
import { compilePattern, PATTERN_FOLDER, runPattern, type Seen } from './run-pattern.ts'

const CASES: PatternCases = { ...ERROR_CASES, ...FLOW_CASES, ...TIME_CASES }

const FILES = readdirSync(PATTERN_FOLDER).filter((name) => name.endsWith('.yaml'))

const nameOf = (file: string): string => file.replace('.yaml', '')

const compiles = suite('patterns compile')

for (const file of FILES) {
  compiles(`${nameOf(file)} has no finding, also with --strict`, () => {
    const { diagnostics, proofs } = compilePattern(file)
    const findings = [...diagnostics, ...(proofs?.findings ?? [])]
    assert.equal(
      findings.map(({ line, code, message, hint }) => ({ line, code, message, hint })),
      [],
    )
  })
}

compiles.run()

const runs = suite('patterns run')

/** The parts of an outcome that a case speaks of. */
const pick = <T extends object>(all: T, keys: object): Partial<T> => {
  const wanted = new Set(Object.keys(keys))
  return Object.fromEntries(Object.entries(all).filter(([key]) => wanted.has(key))) as Partial<T>
}

const expectSeen = (seen: Seen, expected: PatternCase['seen']): void => {
  const { error, ...rest } = expected
  const status = error === undefined ? 'completed' : 'failed'
  assert.equal({ status: seen.status, ...pick(seen, rest) }, { status, ...rest }, seen.error?.message)
  if (error !== undefined) assert.equal(pick(seen.error ?? {}, error), error)
}

for (const [name, cases] of Object.entries(CASES)) {
  for (const { title, seen: expected, ...setting } of cases) {
    runs(`${name}: ${title}`, async () => {
      const { compiled } = compilePattern(`${name}.yaml`)
      assert.ok(compiled)
      expectSeen(await runPattern(compiled, setting), expected)
    })
  }
}

runs('each pattern runs in a case', () => {
  assert.equal(
    FILES.map(nameOf).filter((name) => (CASES[name] ?? []).length === 0),
    [],
  )
})

runs.run()
