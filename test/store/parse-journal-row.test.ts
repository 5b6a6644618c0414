import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../src/core/json.ts'
import type { RowKind } from '../../src/store/journal-row.ts'
import { isRawRow, parseJournalRow } from '../../src/store/parse-journal-row.ts'
import { isStoreError } from '../../src/store/store-error.ts'

const test = suite('parsing journal rows')

const FIGURES = { attempt: 1, started: 10, ms: 5 }
const FAULT = { code: 'timeout', message: 'too slow', retryable: true }

const parse = (kind: RowKind, data: JsonValue) =>
  parseJournalRow({ seq: 7, at: 20, kind, path: 'a', visit: 1, data }, 'r-1')

const ACCEPTED: [RowKind, JsonValue][] = [
  ['created', { input: null, lowering: 1, models: {}, env: {} }],
  ['outcome', { ...FIGURES, output: null }],
  ['outcome', { ...FIGURES, fault: FAULT, usage: [], charged: { costUsd: 0, tokens: 1 } }],
  ['late', {}],
  ['undo', { fault: FAULT }],
  ['placement', { more: true }],
  ['left', { is_left: false, added_by_a_newer_release: 1 }],
]

for (const [kind, data] of ACCEPTED)
  test(`${kind} ${JSON.stringify(data)} is accepted as it is`, () => {
    assert.equal(parse(kind, data).data, data)
  })

const REFUSED: [RowKind, JsonValue][] = [
  ['created', { input: null, lowering: '1', models: {}, env: {} }],
  ['outcome', null],
  ['outcome', [1, 2]],
  ['outcome', FIGURES],
  ['outcome', { ...FIGURES, ms: '5', output: 1 }],
  ['outcome', { ...FIGURES, output: 1, usage: [7] }],
  ['attempt', { ...FIGURES, fault: { code: 'timeout' } }],
  ['lost', { attempt: 1, charged: { tokens: 1 } }],
  ['timer', {}],
  ['decision', { by: 'ann' }],
  ['pause', { is_paused: 1 }],
  ['summary', 'text'],
]

for (const [kind, data] of REFUSED)
  test(`${kind} ${JSON.stringify(data)} is refused with the run and the row`, () => {
    try {
      parse(kind, data)
      assert.unreachable()
    } catch (thrown) {
      assert.ok(isStoreError(thrown))
      assert.is(thrown.code, 'corrupt')
      assert.match(thrown.message, "row 7 of run 'r-1' is malformed")
    }
  })

test('a row needs its place and a kind that exists', () => {
  const row = { seq: 1, at: 0, kind: 'cancel', path: '', visit: 0, data: { by: 'ann' } }
  assert.ok(isRawRow(row))
  for (const broken of [{ kind: 'toString' }, { seq: '1' }, { path: null }]) assert.not(isRawRow({ ...row, ...broken }))
})

test.run()
