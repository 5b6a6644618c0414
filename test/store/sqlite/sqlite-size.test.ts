import { renameSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createOwner } from '../../../src/store/process-identity.ts'
import { LARGE_TEXT_BYTES } from '../../../src/store/sql/large-text.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { isStoreError } from '../../../src/store/store-error.ts'
import { catchRejection, createEnd, createRow, startRun } from '../../support/store-values.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const RUNS = 1000
const LARGEST_RUN_BYTES = 1536

const test = suite('SQLite store, what it takes and keeps')

const open = async (): Promise<{ path: string; store: Store }> => {
  const path = createTempFolder().resolve('troupe.db')
  return { path, store: await openSqliteStore({ path, durability: 'process' }) }
}

const owner = createOwner()

const USAGE = { provider: 'mock', model: 'echo', input_tokens: 12, cached_tokens: 0, output_tokens: 34, cost_usd: 0 }

/** Ten steps with what a trace says of each. */
const runToEnd = async (store: Store): Promise<void> => {
  const claim = await startRun(store, {
    owner,
    input: { name: 'Ada' },
  })
  for (let step = 1; step <= 10; step++) {
    const data = { output: { text: `step ${step}` }, attempt: 1, started: 1_767_323_045_000, ms: 12, usage: [USAGE] }
    const rows = [createRow(step + 1, { path: `step_${step}`, data })]
    await store.write(claim, step === 10 ? { rows, end: createEnd() } : { rows })
  }
}

for (const atOnce of [1, 100]) {
  test(`a finished ten-step run takes less than ${LARGEST_RUN_BYTES} bytes, ${atOnce} at once`, async () => {
    const { path, store } = await open()
    for (let done = 0; done < RUNS; done += atOnce)
      await Promise.all(Array.from({ length: atOnce }, () => runToEnd(store)))
    await store.close()
    const bytes = statSync(path).size / RUNS
    assert.ok(bytes < LARGEST_RUN_BYTES, `${bytes} bytes a run`)
  })
}

test('a value over 64 KB is kept once, however many rows hold it, and a smaller one in its row', async () => {
  const { path, store } = await open()
  const claim = await startRun(store)
  const large = { text: 'x'.repeat(LARGE_TEXT_BYTES) }
  const small = { text: 'x'.repeat(LARGE_TEXT_BYTES - '{"text":""}'.length) }
  await store.write(claim, { rows: [2, 3, 4].map((seq) => createRow(seq, { kind: 'placement', data: large })) })
  await store.write(claim, {
    rows: [createRow(5, { kind: 'placement', data: small })],
    end: createEnd({ output: large }),
  })
  assert.equal(
    (await store.readJournal(claim.runId, 2)).map((row) => row.data),
    [large, large, large, small],
  )
  const database = new Database(path)
  assert.is(database.prepare('select count(*) from blob').pluck().get(), 1)
  assert.equal(database.prepare('select length(data) from journal where key % 16777216 > 1').pluck().all(), [
    65,
    65,
    65,
    LARGE_TEXT_BYTES,
  ])
  database.close()
  await store.close()
})

test('a value whose blob is missing is reported as damage', async () => {
  const { path, store } = await open()
  const claim = await startRun(store, { input: 'x'.repeat(LARGE_TEXT_BYTES) })
  const database = new Database(path)
  database.exec('delete from blob')
  database.close()
  const error = await catchRejection(store.readJournal(claim.runId))
  assert.ok(isStoreError(error) && error.code === 'corrupt', String(error))
  await store.close()
})

test('a removed database file is noticed at the next renewal, and works again when it is back', async () => {
  const { path, store } = await open()
  const claim = await startRun(store)
  renameSync(path, `${path}.away`)
  const error = await catchRejection(store.renew([claim]))
  assert.ok(isStoreError(error) && error.code === 'unreadable', String(error))
  renameSync(`${path}.away`, path)
  assert.equal(await store.renew([claim]), [])
  await store.close()
})

test.run()
