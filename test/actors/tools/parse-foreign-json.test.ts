import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseForeignJson } from '../../../src/actors/tools/parse-foreign-json.ts'
import { parseJson } from '../../../src/actors/tools/parse-json.ts'
import { catchFault } from '../../support/catch-fault.ts'

const { signal } = new AbortController()
const ITEMS = Array.from({ length: 9_000 }, (_, id) => ({ id, name: `item ${id} ${'— ü '.repeat(25)}`, price: id / 4 }))
const LARGE = JSON.stringify(ITEMS)
const withLast = (source: string): string => `${LARGE.slice(0, -1)},${source}]`

const test = suite('JSON from outside')

test('a text above 1 MB becomes the value that a short one becomes', async () => {
  assert.ok(LARGE.length > 1024 ** 2)
  assert.equal(await parseForeignJson(LARGE, { subject: 'body', signal }), ITEMS)
})

test('a number in a large text that would lose digits becomes text, or is named', async () => {
  const text = withLast('{"id":7615917337495251231}')
  const value = await parseForeignJson(text, { subject: 'body', signal, numbers: 'text' })
  assert.equal(value, [...ITEMS, { id: '7615917337495251231' }])
  const fault = await catchFault(() => parseForeignJson(text, { subject: 'body', signal }))
  assert.equal([fault.code, fault.details?.path], ['unsafe_number', '/9000/id'])
})

for (const [what, source, code] of [
  ['no JSON', '{', 'invalid_output'],
  ['a number beyond 1.8e308', '1e400', 'invalid_output'],
  ['too many levels', '['.repeat(300) + ']'.repeat(300), 'invalid_output'],
] as const)
  test(`a large text with ${what} has the fault of a short one`, async () => {
    const fault = await catchFault(() => parseForeignJson(withLast(source), { subject: 'body', signal }))
    const short = await catchFault(() => parseJson(`[${source}]`, 'body'))
    assert.equal([fault.code, short.code], [code, code])
    assert.match(fault.message, /^'body' is n/)
  })

test('a large text of many long numbers takes the time of a worker, and one JSON.parse of this process', async () => {
  const text = `[${Array.from({ length: 15_000 }, (_, index) => `0.${String(index).padStart(75, '1')}`).join(',')}]`
  await parseForeignJson(text, { subject: 'body', signal, numbers: 'text' })
  const here = cpuMs(() => parseJson(text, 'body', { numbers: 'text' }))
  const before = process.cpuUsage()
  await parseForeignJson(text, { subject: 'body', signal, numbers: 'text' })
  const { user, system } = process.cpuUsage(before)
  assert.ok((user + system) / 1000 < here / 2, `${(user + system) / 1000} ms, and ${here} ms without a worker`)
})

const cpuMs = (work: () => unknown): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

test.run()
