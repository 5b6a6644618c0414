import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { GatheredRead } from '../../../src/store/postgres/gathered-read.ts'

interface Row {
  key: number
  text: string
}

const test = suite('gathered reads')

/** Answers each key with two rows, but none for negative ones. */
const createReads = () => {
  const asked: number[][] = []
  const reads = new GatheredRead<number, Row>(
    async (keys) => {
      asked.push([...keys])
      if (keys.includes(13)) throw new Error('down')
      return keys.filter((key) => key >= 0).flatMap((key) => ['a', 'b'].map((text) => ({ key, text })))
    },
    ({ key }) => key,
  )
  return { asked, reads }
}

test('what is asked for in one turn is read by one statement, each key once', async () => {
  const { asked, reads } = createReads()
  const rows = await Promise.all([1, 2, 1, -1].map((key) => reads.rowsOf(key)))
  assert.equal(asked, [[1, 2, -1]])
  assert.equal(
    rows.map((found) => found.map(({ key, text }) => `${key}${text}`)),
    [['1a', '1b'], ['2a', '2b'], ['1a', '1b'], []],
  )
  await reads.rowsOf(3)
  assert.equal(asked.slice(1), [[3]])
})

test('more keys than fit in a statement are read by several, and a failure reaches those of its statement alone', async () => {
  const { asked, reads } = createReads()
  const settled = await Promise.allSettled(Array.from({ length: 600 }, (_, key) => reads.rowsOf(key)))
  assert.equal(
    asked.map(({ length }) => length),
    [500, 100],
  )
  assert.is(settled.filter(({ status }) => status === 'rejected').length, 500)
})

test.run()
