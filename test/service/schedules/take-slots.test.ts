import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createSlots } from '../../../src/service/schedules/slots.ts'
import { type DueSchedule, MOST_COUNTED, takeSlots } from '../../../src/service/schedules/take-slots.ts'

const at = (time: string): number => Date.parse(time)
const shown = (time: number | undefined): string =>
  time === undefined ? 'never' : new Date(time).toISOString().slice(0, 19)

interface Row {
  title: string
  expression: string
  due: Omit<DueSchedule, 'dueAt' | 'now' | 'since' | 'mostMissed'> & {
    dueAt: string
    now: string
    /** Default: `now`, as for a server that has just started. */
    since?: string
    mostMissed?: number
  }
  fire: string[]
  skipped: number
  next: string
}

const DOWN = { dueAt: '2026-01-01T00:00Z', now: '2026-01-01T05:30Z' }

const ROWS: Row[] = [
  {
    title: 'skip: none of them, and the next comes in time',
    expression: '0 * * * *',
    due: { ...DOWN, missed: 'skip' },
    fire: [],
    skipped: 6,
    next: '2026-01-01T06:00:00',
  },
  {
    title: 'skip: one that is taken a moment late counts',
    expression: '0 * * * *',
    due: { ...DOWN, now: '2026-01-01T05:00:20Z', missed: 'skip' },
    fire: ['2026-01-01T05:00:00'],
    skipped: 5,
    next: '2026-01-01T06:00:00',
  },
  {
    title: 'once: the latest of them',
    expression: '0 * * * *',
    due: { ...DOWN, missed: 'once' },
    fire: ['2026-01-01T05:00:00'],
    skipped: 5,
    next: '2026-01-01T06:00:00',
  },
  {
    title: 'once: the latest of them also of a rare schedule, over a long time',
    expression: '0 0 1 1 *',
    due: { dueAt: '2020-01-01T00:00Z', now: '2026-06-01T00:00Z', missed: 'once' },
    fire: ['2026-01-01T00:00:00'],
    skipped: 6,
    next: '2027-01-01T00:00:00',
  },
  {
    title: 'all: each of them, the oldest first',
    expression: '0 */2 * * *',
    due: { ...DOWN, missed: 'all' },
    fire: ['2026-01-01T00:00:00', '2026-01-01T02:00:00', '2026-01-01T04:00:00'],
    skipped: 0,
    next: '2026-01-01T06:00:00',
  },
  {
    title: 'all with a bound: the newest, and the others are counted',
    expression: '* * * * *',
    due: { ...DOWN, missed: 'all', mostMissed: 2 },
    fire: ['2026-01-01T05:29:00', '2026-01-01T05:30:00'],
    skipped: 329,
    next: '2026-01-01T05:31:00',
  },
  ...(['skip', 'once'] as const).map((missed) => ({
    title: `${missed}: those that came since a server looked are on time, and each counts`,
    expression: '* * * * * *',
    due: { dueAt: '2026-01-01T05:00:00Z', now: '2026-01-01T05:00:03.2Z', since: '2026-01-01T05:00:00.5Z', missed },
    fire: ['2026-01-01T05:00:01', '2026-01-01T05:00:02', '2026-01-01T05:00:03'],
    skipped: 1,
    next: '2026-01-01T05:00:04',
  })),
  {
    title: 'once: a server that did not look for a minute has missed what is older',
    expression: '0 */30 * * * *',
    due: { dueAt: '2026-01-01T05:00Z', now: '2026-01-01T05:30:30Z', since: '2026-01-01T04:59:59Z', missed: 'once' },
    fire: ['2026-01-01T05:30:00'],
    skipped: 1,
    next: '2026-01-01T06:00:00',
  },
  {
    title: 'all with a bound: on time is more than the bound',
    expression: '* * * * * *',
    due: { ...DOWN, now: '2026-01-01T00:00:02Z', since: '2026-01-01T00:00:00Z', missed: 'all', mostMissed: 1 },
    fire: ['2026-01-01T00:00:00', '2026-01-01T00:00:01', '2026-01-01T00:00:02'],
    skipped: 0,
    next: '2026-01-01T00:00:03',
  },
]

const test = suite('missed slots')

for (const { title, expression, due, ...expected } of ROWS)
  test(title, async () => {
    const { dueAt, now, since = now, missed, mostMissed = 1_000 } = due
    const times = { dueAt: at(dueAt), now: at(now), since: at(since) }
    const { fire, skipped, next } = await takeSlots(createSlots(expression, 'UTC'), { ...times, missed, mostMissed })
    assert.equal({ fire: fire.map(shown), skipped, next: shown(next) }, expected)
  })

test('after a year of minutes the event loop goes on, and the count has a bound', async () => {
  let turns = 0
  const turn = (): void => {
    turns += 1
    handle = setImmediate(turn)
  }
  let handle = setImmediate(turn)
  const due = { dueAt: at('2025-01-01T00:00Z'), now: at('2026-01-01T00:00Z'), since: at('2026-01-01T00:00Z') }
  const taken = await takeSlots(createSlots('* * * * *', 'UTC'), { ...due, missed: 'all', mostMissed: 1_000 })
  clearImmediate(handle)
  assert.equal([taken.fire.length, taken.skipped], [1_000, MOST_COUNTED])
  assert.ok(turns > 40, `${turns} turns`)
})

test.run()
