import { setImmediate as turn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { GroupCommit } from '../../../src/store/sqlite/group-commit.ts'
import { isStoreError, LeaseLost } from '../../../src/store/store-error.ts'
import { catchRejection } from '../../support/store-values.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('group commit')

/** A table of numbers, each once, and what SQLite was told to do. */
const open = (options: { giveUpMs?: number } = {}) => {
  const path = createTempFolder().resolve('numbers.db')
  const said: string[] = []
  const connection = new Database(path, { timeout: 20, verbose: (sql) => said.push(String(sql)) })
  connection.pragma('journal_mode = WAL')
  connection.exec('create table number (value integer primary key, filler text)')
  const group = new GroupCommit(connection, { location: path, ...options })
  const insert = connection.prepare<[number, string]>('insert into number values (?, ?)')
  const write = (value: number, body: () => void = () => insert.run(value, '')): Promise<void> =>
    new Promise((resolve, reject) => group.add({ perform: body, succeed: resolve, fail: reject }))
  const other = new Database(path)
  const readAll = (): unknown[] => other.prepare('select value from number order by value').pluck().all()
  const countCommits = (): number => said.filter((sql) => sql === 'commit').length
  return { connection, group, insert, write, other, readAll, countCommits }
}

test('all jobs that are added in one turn are one transaction', async () => {
  const { write, readAll, countCommits } = open()
  await Promise.all([1, 2, 3].map((value) => write(value)))
  assert.is(countCommits(), 1)
  await Promise.all([4, 5].map((value) => write(value)))
  assert.is(countCommits(), 2)
  assert.equal(readAll(), [1, 2, 3, 4, 5])
})

test('J1 no job gets its result before the commit', async () => {
  const { connection, group, insert, readAll } = open()
  const seen = await new Promise((resolve, reject) => {
    group.add({
      perform: () => void insert.run(1, ''),
      succeed: () => resolve([connection.inTransaction, readAll()]),
      fail: reject,
    })
  })
  assert.equal(seen, [false, [1]])
})

test('a job that refuses fails alone, in the same transaction', async () => {
  const { write, readAll, countCommits } = open()
  const refusal = new LeaseLost('r-1')
  const refused = catchRejection(
    write(0, () => {
      throw refusal
    }),
  )
  await Promise.all([write(1), refused, write(2)])
  assert.is(await refused, refusal)
  assert.equal([readAll(), countCommits()], [[1, 2], 1])
})

test('a job that breaks in the middle leaves nothing, and the others are written', async () => {
  const { insert, write, readAll } = open()
  const first = write(1)
  const broken = catchRejection(
    write(0, () => {
      insert.run(10, '')
      insert.run(1, 'once more')
    }),
  )
  const bug = catchRejection(
    write(0, () => {
      insert.run(11, '')
      throw new TypeError('a slip')
    }),
  )
  await Promise.all([first, broken, write(2), bug, write(3)])
  assert.match(String(await broken), /UNIQUE/)
  assert.match(String(await bug), /a slip/)
  assert.equal(readAll(), [1, 2, 3])
})

test('while another process has the lock the event loop goes on, and the jobs run afterwards', async () => {
  const { write, other, readAll } = open()
  other.exec('begin immediate')
  const writes = [write(1), write(2)]
  let longestMs = 0
  for (let end = performance.now() + 300, last = performance.now(); performance.now() < end; ) {
    await turn()
    longestMs = Math.max(longestMs, performance.now() - last)
    last = performance.now()
  }
  writes.push(write(3))
  other.exec('commit')
  await Promise.all(writes)
  assert.equal(readAll(), [1, 2, 3])
  assert.ok(longestMs < 150, `the loop stood still for ${longestMs} ms`)
})

test('a lock that is never released is an error that names the file, and nothing is written', async () => {
  const { write, other, readAll } = open({ giveUpMs: 100 })
  other.exec('begin immediate')
  const error = await catchRejection(write(1))
  assert.ok(isStoreError(error) && error.code === 'busy', String(error))
  assert.match(error.message, /numbers\.db' is locked/)
  other.exec('commit')
  assert.equal(readAll(), [])
  await write(2)
  assert.equal(readAll(), [2])
})

test('a full disk fails the whole group, and nothing of it is written', async () => {
  const { connection, insert, write, readAll } = open()
  await write(1)
  connection.pragma(`max_page_count = ${Number(connection.pragma('page_count', { simple: true })) + 2}`)
  const large = (value: number): Promise<void> => write(value, () => void insert.run(value, 'x'.repeat(5000)))
  const results = await Promise.all([2, 3, 4].map((value) => catchRejection(large(value))))
  for (const error of results) assert.ok(isStoreError(error) && error.code === 'disk_full', String(error))
  assert.equal(readAll(), [1])
  connection.pragma('max_page_count = 1000')
  await large(2)
  assert.equal(readAll(), [1, 2])
})

test('drain waits for the jobs that were added', async () => {
  const { group, write, readAll } = open()
  const written = write(1)
  await group.drain()
  assert.equal(readAll(), [1])
  await written
})

test.run()
