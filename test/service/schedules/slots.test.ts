import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createSlots } from '../../../src/service/schedules/slots.ts'
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

/** Days around the changes of clocks, in Berlin and on Lord Howe Island, where the change is half an hour. */
const CHANGES = ['2026-03-29', '2026-10-25', '2026-04-05', '2026-10-04', '2026-02-28', '2026-12-31']

slotsTest('backwards are those forwards, also when clocks change', () => {
  const expression = fc.constantFrom(
    '30 2 * * *',
    '*/20 * * * *',
    '0 * * * *',
    '0 30 1,2 * * *',
    '0 9 L * *',
    '0 2 * * 0',
    '@daily',
  )
  const timezone = fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'UTC', 'America/New_York')
  const from = fc.tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -36 * 3600, max: 36 * 3600 }))
  fc.assert(
    fc.property(expression, timezone, from, (text, zone, [day, seconds]) => {
      const slots = createSlots(text, zone)
      const forwards: number[] = []
      for (
        let time = slots.after(at(day) + seconds * 1_000);
        time !== undefined && forwards.length < 5;
        time = slots.after(time)
      )
        forwards.push(time)
      const backwards = slots.upTo(forwards.at(-1) ?? 0, 5).reverse()
      assert.equal(shown(backwards), shown(forwards))
    }),
    { numRuns: 300 },
  )
})

slotsTest.run()
