import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createRunId } from '../../src/core/run-id.ts'

const test = suite('ids of runs')

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0)

test('an id has ten digits of time and six random ones, without look-alikes', () => {
  assert.match(createRunId(NOW), /^r-[0-9a-hjkmnp-tv-z]{10}-[0-9a-hjkmnp-tv-z]{6}$/)
})

test('ids sort by time', () => {
  const ids = [NOW, NOW + 1, NOW + 1_000, NOW + 86_400_000].map(createRunId)
  assert.equal(ids.toSorted(), ids)
})

test('three hundred ids of one millisecond are all different', () => {
  assert.is(new Set(Array.from({ length: 300 }, () => createRunId(NOW))).size, 300)
})

test.run()
