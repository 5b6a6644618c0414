import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createSlots, MOST_MADE_UP, takeSlots } from '../../../src/service/schedules/slots.ts'
import { catchFault } from '../../support/catch-fault.ts'

const at = (time: string): number => Date.parse(time)
const shown = (times: readonly number[]): string[] => times.map((time) => new Date(time).toISOString().slice(0, 16))

const listSlots = (
  expression: string,
  timezone: string,
  { from, count }: { from: string; count: number },
): string[] => {
  const slots = createSlots(expression, timezone)
  const found: number[] = []
  for (let time = slots.after(at(from)); time !== undefined && found.length < count; time = slots.after(time))
    found.push(time)
  return shown(found)
}

const slotsTest = suite('slots of a schedule')

for (const { title, expression, timezone, from, expected } of [
  {
    title: 'in the hour that spring leaves out comes when that hour would have ended',
    expression: '30 2 * * *',
    timezone: 'Europe/Berlin',
    from: '2026-03-27T12:00:00Z',
    expected: ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
  },
  {
    title: 'in the hour that comes twice in autumn comes once',
    expression: '30 2 * * *',
    timezone: 'Europe/Berlin',
    from: '2026-10-23T12:00:00Z',
    expected: ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'],
  },
  {
    title: 'of every hour come every hour, also when one comes twice',
    expression: '0 * * * *',
    timezone: 'Europe/Berlin',
    from: '2026-10-24T22:30:00Z',
    expected: ['2026-10-24T23:00', '2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00'],
  },
  {
    title: 'on working days leave the weekend out',
    expression: '0 9 * * 1-5',
    timezone: 'UTC',
    from: '2026-11-20T08:00:00Z',
    expected: ['2026-11-20T09:00', '2026-11-23T09:00'],
  },
])
  slotsTest(title, () => assert.equal(listSlots(expression, timezone, { from, count: expected.length }), expected))

for (const [expression, timezone] of [
  ['99 * * * *', 'UTC'],
  ['0 9 * * *', 'Europe/Nowhere'],
  ['0 9 31 2 *', 'UTC'],
] as const)
  slotsTest(`'${expression}' in ${timezone} is refused, or never comes`, async () => {
    if (expression === '0 9 31 2 *') assert.is(createSlots(expression, timezone).after(0), undefined)
    else assert.is((await catchFault(async () => createSlots(expression, timezone))).code, 'invalid_input')
  })

slotsTest.run()

const missed = suite('missed slots')

const HOURLY = createSlots('0 * * * *', 'UTC')
const DOWN = { dueAt: at('2026-01-01T00:00Z'), now: at('2026-01-01T05:30Z') }

missed('skip: none of them, and the next comes in time', () => {
  const { fire, next } = takeSlots(HOURLY, { ...DOWN, missed: 'skip' })
  assert.equal([shown(fire), shown([next ?? 0])], [[], ['2026-01-01T06:00']])
})

missed('skip: a slot that is taken a moment late counts', () => {
  const { fire } = takeSlots(HOURLY, { ...DOWN, now: at('2026-01-01T05:00:20Z'), missed: 'skip' })
  assert.equal(shown(fire), ['2026-01-01T05:00'])
})

missed('once: the latest of them', () => {
  const { fire, next } = takeSlots(HOURLY, { ...DOWN, missed: 'once' })
  assert.equal([shown(fire), shown([next ?? 0])], [['2026-01-01T05:00'], ['2026-01-01T06:00']])
})

missed('once: the latest of them also of a rare schedule, over a long time', () => {
  const yearly = createSlots('0 0 1 1 *', 'UTC')
  const { fire } = takeSlots(yearly, { dueAt: at('2020-01-01T00:00Z'), now: at('2026-06-01T00:00Z'), missed: 'once' })
  assert.equal(shown(fire), ['2026-01-01T00:00'])
})

missed('all: each of them, oldest first', () => {
  const { fire, next } = takeSlots(HOURLY, { ...DOWN, missed: 'all' })
  assert.is(fire.length, 6)
  assert.equal(
    [shown(fire.slice(0, 2)), shown([next ?? 0])],
    [['2026-01-01T00:00', '2026-01-01T01:00'], ['2026-01-01T06:00']],
  )
})

missed('all: after a long pause so many at a time', () => {
  const { fire, next } = takeSlots(HOURLY, { ...DOWN, now: at('2026-02-01T00:30Z'), missed: 'all' })
  assert.is(fire.length, MOST_MADE_UP)
  assert.is(next, (fire.at(-1) ?? 0) + 3_600_000)
})

missed.run()
