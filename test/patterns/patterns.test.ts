/** Each file of examples/patterns compiles without a finding, and its runs do what the tables in cases/ say. */
import { readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PATTERN_GROUPS } from '../../build/docs/pattern-table.ts'
import { createSlots } from '../../src/service/schedules/slots.ts'
import { ERROR_CASES } from './cases/errors.ts'
import { EVENT_CASES } from './cases/events.ts'
import { FLOW_CASES } from './cases/flow.ts'
import { PEOPLE_AND_DATA_CASES } from './cases/people-and-data.ts'
import { TIME_CASES } from './cases/time.ts'
import type { PatternCase, PatternCases } from './pattern-case.ts'
import { compilePattern, PATTERN_FOLDER, runPattern, type Seen } from './run-pattern.ts'

const CASES: PatternCases = { ...ERROR_CASES, ...EVENT_CASES, ...FLOW_CASES, ...PEOPLE_AND_DATA_CASES, ...TIME_CASES }

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

runs('start-by-a-schedule: it starts at nine in Berlin on working days, with the day as its input', () => {
  const [schedule] = compilePattern('start-by-a-schedule.yaml').compiled?.schedules ?? []
  assert.ok(schedule)
  const slots = createSlots(schedule.expression, schedule.timezone)
  const friday = slots.after(Date.UTC(2030, 5, 7)) ?? 0
  const monday = slots.after(friday) ?? 0
  assert.equal(
    [friday, monday].map((at) => new Date(at).toISOString()),
    ['2030-06-07T07:00:00.000Z', '2030-06-10T07:00:00.000Z'],
  )
  assert.equal(schedule.toInput({ event: { at: '2030-06-07T07:00:00.000Z' }, env: {} }), { day: '2030-06-07' })
})

runs('each pattern runs in a case, and stands in docs/patterns.md', () => {
  const described = PATTERN_GROUPS.flatMap(({ patterns }) => patterns.map(({ name }) => name))
  assert.equal([...described].sort(), FILES.map(nameOf).sort())
  assert.equal(
    FILES.map(nameOf).filter((name) => (CASES[name] ?? []).length === 0),
    [],
  )
})

runs.run()
