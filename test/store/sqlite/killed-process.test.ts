/** Content of the database after the writing process is killed or stopped, or has a rival. */
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createOwner } from '../../../src/store/process-identity.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import { REPOSITORY_FOLDER, type RunningProcess, startProcess } from '../../support/child-process.ts'
import { startRun } from '../../support/store-values.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const KILLS = 20

const test = suite('SQLite store and the death of processes')

const startChild = (...args: string[]): RunningProcess =>
  startProcess([process.execPath, `${REPOSITORY_FOLDER}/test/support/store-child.ts`, ...args])

/** The numbers behind a word at the start of a line. */
const readLines = (child: RunningProcess, word: string): string[] =>
  child
    .output()
    .stdout.split('\n')
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1))

const createPath = async (): Promise<string> => {
  const path = createTempFolder().resolve('troupe.db')
  await (await openSqliteStore({ path, durability: 'process' })).close()
  return path
}

const checkIntegrity = (path: string): void => {
  const database = new Database(path)
  assert.is(database.pragma('integrity_check', { simple: true }), 'ok')
  database.close()
}

test(`J1 every acknowledged row exists after SIGKILL, ${KILLS} times, and the database is whole`, async () => {
  const path = await createPath()
  const counts: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const child = startChild('append', path)
    await child.waitFor(`seq ${2 + ((kill * 37) % 400)}\n`)
    child.kill('SIGKILL')
    await child.done
    const [runId = ''] = readLines(child, 'run')
    const acknowledged = Number(readLines(child, 'seq').at(-1))
    checkIntegrity(path)
    const store = await openSqliteStore({ path, durability: 'process' })
    const rows = await store.readJournal(runId)
    assert.ok(rows.length >= acknowledged, `acknowledged ${acknowledged}, found ${rows.length}`)
    assert.equal(
      rows.map((row) => row.seq),
      rows.map((_, place) => place + 1),
    )
    assert.is((await store.claim(runId, createOwner())).kind, 'claimed', 'free at once')
    await store.close()
    counts.push(rows.length)
  }
  assert.ok(new Set(counts).size > KILLS / 2, `killed at different rows: ${counts}`)
})

test('J2 of two processes that fight over a run the old epoch writes nothing', async () => {
  const path = await createPath()
  const store = await openSqliteStore({ path, durability: 'process' })
  const { runId } = await startRun(store)
  const children = [startChild('fight', path, runId, '1500'), startChild('fight', path, runId, '1500')]
  for (const child of children) assert.is((await child.done).exitCode, 0, child.output().stderr)

  const rows = (await store.readJournal(runId)).slice(1)
  const written = rows.map((row) => `${row.path.replace('epoch ', '')} ${row.seq}`)
  const accepted = children.flatMap((child) => readLines(child, 'accepted'))
  assert.equal(accepted.sort(bySeq), written, 'what was accepted is what is there')
  const epochs = rows.map((row) => Number(row.path.replace('epoch ', '')))
  assert.equal(
    epochs,
    [...epochs].sort((a, b) => a - b),
    'no row of an epoch behind one of a later epoch',
  )
  const lost = children.flatMap((child) => readLines(child, 'lost'))
  assert.ok(lost.length > 10, `lost ${lost.length} leases`)
  await store.close()
})

test('a stopped process keeps its lease until it expires; continued after a takeover it writes nothing', async () => {
  const path = await createPath()
  const store = await openSqliteStore({ path, durability: 'process' })
  const first = await startRun(store)
  await store.release(first)
  const holder = startChild('hold', path, first.runId)
  await holder.waitFor('held')
  holder.kill('SIGUSR2')
  await holder.waitFor('accepted')

  holder.kill('SIGSTOP')
  assert.is((await store.claim(first.runId, createOwner())).kind, 'held')
  const other = new Database(path)
  other.exec('update run set lease_until = 1')
  other.close()
  const taken = await store.claim(first.runId, createOwner())
  assert.is(taken.kind, 'claimed')

  holder.kill('SIGUSR2')
  holder.kill('SIGCONT')
  await holder.waitFor('lost')
  holder.kill('SIGKILL')
  await holder.done
  assert.is((await store.readJournal(first.runId)).length, 2)
  await store.close()
})

test('three processes that write to one file at the same time all get their rows in', async () => {
  const path = await createPath()
  const children = [1, 2, 3].map(() => startChild('append', path))
  await Promise.all(children.map((child) => child.waitFor('seq 2000\n')))
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(children.map((child) => child.done))
  checkIntegrity(path)
  const store = await openSqliteStore({ path, durability: 'process' })
  for (const child of children) {
    const rows = await store.readJournal(readLines(child, 'run')[0] ?? '')
    assert.ok(rows.length >= Number(readLines(child, 'seq').at(-1)))
  }
  await store.close()
})

test('two processes that open a new database at the same moment both get it', async () => {
  const path = createTempFolder().resolve('new/troupe.db')
  const children = Array.from({ length: 4 }, () => startChild('open', path))
  for (const child of children) {
    const { exitCode, stdout, stderr } = await child.done
    assert.equal([exitCode, stdout], [0, 'opened\n'], stderr)
  }
  checkIntegrity(path)
})

const bySeq = (a: string, b: string): number => Number(a.split(' ')[1]) - Number(b.split(' ')[1])

test.run()
