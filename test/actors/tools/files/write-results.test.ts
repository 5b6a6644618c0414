import { existsSync, truncateSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadItemActor } from '../../../../src/actors/tools/tool-catalogue.ts'
import { type ResultsRequest, type ResultsWritten, WRITE_RESULTS } from '../../../../src/core/item-file.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { createTempFolder, type TempFolder } from '../../../support/temp-folder.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const test = suite('batches of results')

let folder: TempFolder

test.before.each(() => {
  folder = createTempFolder()
})
test.after.each(() => folder.remove())

const write = async (
  path: string,
  results: readonly JsonValue[],
  more: Partial<ResultsRequest> = {},
): Promise<ResultsWritten> => {
  const actor = await loadItemActor(WRITE_RESULTS, createToolOptions({ root: folder.path }))
  const rows = results.map((result, index): [number, JsonValue] => [index, result])
  const format = path.endsWith('csv') ? 'csv' : 'jsonl'
  return (await actor.perform({ path, format, rows, ...more }, createActorContext())) as ResultsWritten
}

test('the first batch replaces the file, and makes its folders', async () => {
  folder.write('a.jsonl', 'old\n')
  assert.equal(await write('a.jsonl', []), { offset: 0 })
  assert.is(folder.read('a.jsonl'), '')
  await write('new/deep/a.jsonl', [])
  assert.is(folder.read('new/deep/a.jsonl'), '')
})

test('each result is a line of JSON', async () => {
  assert.equal(await write('a.jsonl', [1, 'a\nb', { c: null }], { offset: 0 }), { offset: 20 })
  assert.is(folder.read('a.jsonl'), '1\n"a\\nb"\n{"c":null}\n')
})

test('a batch that is written again cuts off what a lost attempt has written', async () => {
  const { offset } = await write('a.jsonl', [1, 2], { offset: 0 })
  await write('a.jsonl', [3, 4, 5], { offset })
  await write('a.jsonl', [3], { offset })
  assert.is(folder.read('a.jsonl'), '1\n2\n3\n')
})

test('a file that is shorter than what is recorded is the fault conflict', async () => {
  const { offset } = await write('a.jsonl', [1, 2], { offset: 0 })
  truncateSync(folder.resolve('a.jsonl'), 1)
  const { code, message } = await catchFault(() => write('a.jsonl', [3], { offset }))
  assert.equal(
    [code, message.split('\n')[0]],
    ['conflict', "'a.jsonl' has changed while results were written to it: expected at least 4 bytes, got 1"],
  )
})

test('fields of the first result are the columns, and further batches have no header', async () => {
  const first = await write(
    'a.csv',
    [
      { a: 1, b: 'x,"y"' },
      { b: '', a: null },
    ],
    { offset: 0 },
  )
  assert.equal(first.columns, ['a', 'b'])
  await write('a.csv', [{ a: [1, 2], b: true }, { a: ' x' }], first)
  assert.is(folder.read('a.csv'), 'a,b\n1,"x,""y"""\n,""\n"[1,2]",true\n" x",\n')
})

test('settled results have the columns ok, value and error', async () => {
  const error = { code: 'timeout', message: 'm', details: {} }
  await write(
    'a.csv',
    [
      { ok: false, error },
      { ok: true, value: 1 },
    ],
    { offset: 0, is_settled: true },
  )
  assert.is(folder.read('a.csv'), `ok,value,error\nfalse,,"${JSON.stringify(error).replaceAll('"', '""')}"\ntrue,1,\n`)
})

test('a result that makes no row of CSV is the fault invalid_input, and nothing is written', async () => {
  for (const [results, problem] of [
    [[5], "the result of item 0 makes no row of 'a.csv': expected an object with fields, got 5"],
    [[{}], "the result of item 0 makes no row of 'a.csv': expected an object with fields, got {}"],
    [[{ a: 1 }, null], "the result of item 1 makes no row of 'a.csv': expected an object with fields, got null"],
    [[{ a: 1 }, { b: 1 }], "the result of item 1 has the field 'b', which 'a.csv' has no column for: expected a"],
  ] as const) {
    const { code, message } = await catchFault(() => write('a.csv', results, { offset: 0 }))
    assert.equal([code, message.split('\n')[0]], ['invalid_input', problem])
    assert.not(existsSync(folder.resolve('a.csv')))
  }
})

test('results are not written over the items, by whatever path', async () => {
  folder.write('a.jsonl', '1\n')
  const { code } = await catchFault(() => write('./x/../a.jsonl', [], { reads: 'a.jsonl' }))
  assert.equal([code, folder.read('a.jsonl')], ['invalid_input', '1\n'])
})

test('results are written in the folders of the project alone', async () => {
  assert.is((await catchFault(() => write('../a.jsonl', []))).code, 'unauthorized')
})

test.run()
