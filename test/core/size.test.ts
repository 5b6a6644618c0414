import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formatSize } from '../../src/core/size.ts'

const test = suite('sizes')

for (const [bytes, text] of [
  [310, '310 B'],
  [1536, '1.5 KB'],
  [20 * 1024 ** 2, '20.0 MB'],
  [78_747 * 1024 ** 2, '76.9 GB'],
] as const)
  test(`${bytes} bytes are ${text}`, () => {
    assert.is(formatSize(bytes), text)
  })

test.run()
