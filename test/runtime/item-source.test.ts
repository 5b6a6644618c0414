/** Memory of a foreach over files: it does not grow with the number of items. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { KeptResults, LEFT_OUT, WrittenResults } from '../../src/runtime/scope/item-results.ts'
import { FileItems } from '../../src/runtime/scope/item-source.ts'

const test = suite('sources of items and files of results')

const PAGE_ITEMS = 100

test('J5 a file keeps at most a page and a half of items that have not started', () => {
  const source = new FileItems({ path: 'n.jsonl', format: 'jsonl' })
  let kept = 0
  let most = 0
  for (let taken = 0; taken < 10_000; ) {
    const request = source.askPage()
    if (request !== undefined) {
      assert.is(source.askPage(), undefined, 'one page at a time')
      const offset = (request.from?.offset ?? 0) + PAGE_ITEMS
      const next = { offset, line: offset + 1, size: 1_000_000, modified: 1 }
      source.takePage({ items: Array.from({ length: PAGE_ITEMS }, (_, n) => n), next })
      kept += PAGE_ITEMS
      most = Math.max(most, kept)
    }
    if (source.take() !== undefined) {
      taken++
      kept--
    }
  }
  assert.is(most, 150)
})

test('J5 a file of results keeps at most a thousand results that wait for an earlier one', () => {
  const results = new WrittenResults({ path: 'out.jsonl', reads: undefined, isSettled: false })
  assert.not(results.mayStart(0), 'the file is not emptied yet')
  assert.equal(results.askBatch(), { path: 'out.jsonl', format: 'jsonl', rows: [] })
  results.takeWritten({ offset: 0 })
  for (let index = 1; results.mayStart(index); index++) results.add(index, index)
  assert.ok(results.mayStart(999))
  assert.not(results.mayStart(1_000))
  assert.is(results.askBatch(), undefined, 'the first result is missing')
  results.add(0, 0)
  const sizes: number[] = []
  for (let batch = results.askBatch(); batch !== undefined; batch = results.askBatch()) {
    assert.is(results.askBatch(), undefined, 'one batch at a time')
    sizes.push(batch.rows.length)
    results.takeWritten({ offset: 10 * sizes.length })
  }
  assert.equal(sizes, [500, 500])
  assert.equal([results.isWritten, results.written, results.mayStart(1_999)], [true, 1_000, true])
})

test('results that are left out are passed over without a batch', () => {
  const results = new WrittenResults({ path: 'out.csv', reads: 'in.csv', isSettled: true })
  assert.equal(results.askBatch(), { path: 'out.csv', format: 'csv', reads: 'in.csv', is_settled: true, rows: [] })
  results.takeWritten({ offset: 0 })
  for (let index = 0; index < 5_000; index++) results.add(index, LEFT_OUT)
  assert.equal([results.askBatch(), results.written, results.isWritten], [undefined, 5_000, true])
})

test('without a file the results are a list in the order of the items', () => {
  const results = new KeptResults()
  results.add(2, 'c')
  results.add(0, 'a')
  results.add(1, LEFT_OUT)
  assert.equal(results.toOutput(), ['a', 'c'])
})

test.run()
