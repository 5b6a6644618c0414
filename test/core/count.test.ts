import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { countOf, formatCount } from '../../src/core/count.ts'

const test = suite('counts')

test('one of a thing is no plural, and thousands are grouped', () => {
  assert.equal(
    [0, 1, 2, 1_234_567].map((count) => countOf(count, 'item')),
    ['0 items', '1 item', '2 items', '1,234,567 items'],
  )
  assert.equal(
    [1, 2].map((count) => countOf(count, 'branch', 'branches')),
    ['1 branch', '2 branches'],
  )
  assert.is(formatCount(999), '999')
})

test.run()
