import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formatZoned, formatZonedFully } from '../../src/cli/zoned-time.ts'

const test = suite('times in the zone of a schedule')

test('a time is that of the clocks of its zone', () => {
  const at = Date.UTC(2026, 0, 31, 23, 0, 5)
  assert.is(formatZoned(at, 'UTC'), '2026-01-31 23:00:05')
  assert.is(formatZoned(at, 'Europe/Berlin'), '2026-02-01 00:00:05')
  assert.is(formatZonedFully(at, 'Asia/Kolkata'), '2026-02-01 04:30:05 +05:30 Asia/Kolkata')
  assert.is(formatZonedFully(at, 'UTC'), '2026-01-31 23:00:05 +00:00 UTC')
})

test('the hour that comes twice is told apart by its offset', () => {
  const first = Date.UTC(2026, 9, 25, 0, 30)
  assert.is(formatZonedFully(first, 'Europe/Berlin'), '2026-10-25 02:30:00 +02:00 Europe/Berlin')
  assert.is(formatZonedFully(first + 3_600_000, 'Europe/Berlin'), '2026-10-25 02:30:00 +01:00 Europe/Berlin')
})

test.run()
