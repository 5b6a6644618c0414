/** Rows that were damaged or crafted: each column in turn holds junk, while commands read the database. */
import { copyFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toRequestHash } from '../../src/runtime/waits/request-hash.ts'
import { COLUMN_TYPES, type Table } from '../../src/store/sql/column-types.ts'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import { readCliOutput } from '../support/in-process-cli.ts'
import { createEnd, createRow, startRun, T0, toOutcome } from '../support/store-values.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const test = suite('damaged rows')

const folder = createTempFolder({
  'hello.yaml': `workflow: hello
triggers: [{ schedule: "@yearly" }]
steps: [{ id: greet, set: { text: "'hi'" } }]
`,
})
const path = folder.resolve('whole.db')
const DAMAGED = folder.resolve('damaged.db')

/** A run that has ended, one that waits for a person, a child run, and all kinds of rows beside them. */
const fill = async (): Promise<void> => {
  await readCliOutput(['--db', path, 'workflows', 'apply', 'hello.yaml'], folder.path)
  const store = await openSqliteStore({ path, durability: 'process' })
  const waiting = await startRun(store, { run: { id: 'r-waiting', workflow: 'ask', key: 'k', bodyHash: 'b' } })
  const asked = { title: 'Pay?', show: { to: 'ada' }, form: null, tool: null }
  const place = { path: 'a', visit: 1, step: 'a', by: ['ann'], count: 2, decisions: [], dueAt: T0, requestedAt: T0 }
  await store.write(waiting, {
    rows: [createRow(2)],
    approvalsOpened: [{ ...asked, ...place, requestHash: toRequestHash(asked) }],
    timersSet: [{ id: 't', dueAt: T0 }],
  })
  await store.post('r-waiting', { id: 'm', kind: 'signal', body: { name: 'paid' } })
  await store.release(waiting, { phase: 'waiting' })
  const ended = await startRun(store, { run: { id: 'r-ended' } })
  const usage = [{ provider: 'mock', model: 'm', input_tokens: 1, cached_tokens: 0, output_tokens: 1, cost_usd: 0 }]
  await store.write(ended, {
    rows: [createRow(2, { data: { ...toOutcome({ a: 1 }), usage } })],
    emitted: [{ id: 'e', type: 'paid', source: '/s', subject: 'x', at: T0, data: { a: 1 } }],
  })
  const child = await startRun(store, { run: { id: 'c-child', parent: 'r-ended' } })
  await store.write(child, { rows: [createRow(2)], end: createEnd() })
  await store.write(ended, { rows: [createRow(3)], end: createEnd() })
  const failed = await startRun(store, { run: { id: 'r-failed', origin: { kind: 'rerun', of: 'r-ended' } } })
  const error = { code: 'timeout', message: 'too slow', retryable: true, step: 'a' }
  await store.write(failed, { rows: [createRow(2)], end: createEnd({ status: 'failed', output: null, error }) })
  await store.putBlob(new Uint8Array([1]))
  await store.writeAnswer({ key: 'k', text: '{"a":1}', expiresAt: T0 * 2 }, T0)
  await store.close()
}
await fill()

const LISTS = [
  ['runs', '--children', '--json'],
  ['trace', 'r-waiting'],
]

/** Commands that read more of a table than the lists of runs do. */
const READERS: Partial<Record<Table, string[][]>> = {
  run: [
    ['runs'],
    ['trace', 'r-ended'],
    ['failed'],
    ['events'],
    ['approvals', 'list'],
    ['profile-report'],
    ['db', 'stats'],
  ],
  journal: [['trace', 'r-ended'], ['cost-report'], ['profile-report'], ['db', 'stats']],
  definition: [['workflows', 'list'], ['schedules', 'list'], ['profile-report']],
  approval: [['approvals', 'list']],
  outbox: [['events']],
  schedule: [['schedules', 'list']],
  schedule_failure: [['schedules', 'list']],
  workflow_version: [['workflows', 'list']],
}

/** The keys of rows: with another one a row belongs to nothing. */
const KEYS = new Set(['run.key', 'journal.key', 'inbox.key', 'outbox.key', 'definition.key', 'definition.hash'])

/** In one row alone, else the values of two rows would be the same. */
const UNIQUE = new Set(['run.id', 'run.idempotency_key'])

const damage = (table: Table, column: string, value: string): void => {
  copyFileSync(path, DAMAGED)
  const database = new Database(DAMAGED)
  const only = UNIQUE.has(`${table}.${column}`) ? 'where rowid = (select max(rowid) from run)' : ''
  database.exec(`update ${table} set ${column} = ${value} ${table === 'run' ? only : ''}`)
  database.close()
}

const junkOf = (type: string): string => (type.startsWith('text') ? "x'00ff'" : "'{{{'")

const JSON_COLUMNS: [table: Table, column: string][] = [
  ['run', 'output'],
  ['run', 'error'],
  ['run', 'holder'],
  ['run', 'origin'],
  ['journal', 'data'],
  ['inbox', 'body'],
  ['inbox', 'kind'],
  ['definition', 'links'],
  ['cached_answer', 'answer'],
  ['approval', 'shown'],
  ['approval', 'form'],
  ['approval', 'deciders'],
  ['approval', 'given'],
  ['outbox', 'data'],
  ['schedule', 'missed'],
]

const cases: [table: Table, column: string, value: string][] = [
  ...Object.entries(COLUMN_TYPES).flatMap(([table, types]) =>
    Object.entries(types)
      .filter(([column]) => !KEYS.has(`${table}.${column}`))
      .map(([column, type]): [Table, string, string] => [table as Table, column, junkOf(type)]),
  ),
  ...JSON_COLUMNS.flatMap(([table, column]): [Table, string, string][] => [
    [table, column, "'{{{'"],
    [table, column, "'[1]'"],
    [table, column, `'{"a":{"b":null}}'`],
  ]),
]

/** JSON of any shape is right in these columns. */
const HOLDS_ANY = new Set(['run.output', 'inbox.body', 'cached_answer.answer', 'approval.shown', 'outbox.data'])
/** Lists of other things are taken for lists without these things, and objects for objects with defaults. */
const TOLERANT = new Set(['approval.given', 'approval.form', 'definition.links', 'journal.data'])

const isFound = ([table, column, value]: (typeof cases)[number]): boolean =>
  value === "'{{{'" ||
  value === "x'00ff'" ||
  !(HOLDS_ANY.has(`${table}.${column}`) || TOLERANT.has(`${table}.${column}`))

for (const [table, column, value] of cases)
  test(`${table}.${column} = ${value} is found by a check, and no command meets a defect`, async () => {
    damage(table, column, value)
    for (const reader of [...LISTS, ...(READERS[table] ?? [])]) {
      const { stderr } = await readCliOutput(['--db', DAMAGED, ...reader], folder.path)
      assert.not.match(
        stderr,
        /(Type|Syntax|Range|Sqlite|Reference)?Error: (?!.*(damaged|malformed|changed))|Defect/,
        reader.join(' '),
      )
      assert.not.match(stderr, /SyntaxError|TypeError|RangeError|SqliteError/, reader.join(' '))
    }
    if (!isFound([table, column, value])) return
    const { stdout } = await readCliOutput(['--db', DAMAGED, 'db', 'check', '--json'], folder.path)
    const { ok, problems } = JSON.parse(stdout)
    assert.not(ok)
    assert.ok(problems.length > 0)
  })

test('a damaged run is listed as damaged among the others', async () => {
  copyFileSync(path, DAMAGED)
  const database = new Database(DAMAGED)
  database.exec("update run set output = '{{{' where id = 'r-ended'")
  database.close()
  const { stdout, stderr } = await readCliOutput(['--db', DAMAGED, 'runs'], folder.path)
  assert.match(stdout, /r-ended +greet +damaged/)
  assert.match(stdout, /r-failed +greet +failed: timeout/)
  assert.match(stdout, /r-waiting +ask/)
  assert.match(stderr, /damaged: run 'r-ended' is damaged: the text '\{\{\{' is not JSON\n +hint: troupe db check/)
  const listed = JSON.parse((await readCliOutput(['--db', DAMAGED, 'runs', '--json'], folder.path)).stdout)
  assert.equal(listed.find(({ run }: { run: string }) => run === 'r-ended').error, {
    code: 'corrupt',
    message: "run 'r-ended' is damaged: the text '{{{' is not JSON",
    step: null,
  })
  const only = JSON.parse(
    (await readCliOutput(['--db', DAMAGED, 'runs', '--status', 'damaged', '--json'], folder.path)).stdout,
  )
  assert.equal(
    only.map(({ run }: { run: string }) => run),
    ['r-ended'],
  )
})

test('a waiting run with a damaged journal is listed as damaged among the others', async () => {
  copyFileSync(path, DAMAGED)
  const database = new Database(DAMAGED)
  database.exec("update journal set data = '{{{' where key / 16777216 = (select key from run where id = 'r-waiting')")
  database.close()
  const { stdout } = await readCliOutput(['--db', DAMAGED, 'runs', '--json'], folder.path)
  const runs = JSON.parse(stdout).map(({ run, status }: { run: string; status: string }) => `${run} ${status}`)
  assert.equal(runs, ['r-failed failed', 'r-ended completed', 'r-waiting damaged'])
  const traced = await readCliOutput(['--db', DAMAGED, 'trace', 'r-waiting'], folder.path)
  assert.match(traced.stderr, /row 1 of run 'r-waiting' is damaged: the text '\{\{\{' is not JSON/)
})

test('a damaged message delays no other', async () => {
  copyFileSync(path, DAMAGED)
  const database = new Database(DAMAGED)
  database.exec("update inbox set body = '{{{'")
  database.close()
  const damaged: string[] = []
  const onDamaged = ({ message }: { message: string }): void => void damaged.push(message)
  const store = await openSqliteStore({ path: DAMAGED, durability: 'process', onDamaged })
  await store.post('r-waiting', { id: 'm2', kind: 'signal', body: { name: 'paid' } })
  const found = await store.peekInbox(['r-waiting'])
  assert.equal(
    found.map(({ message }) => message.id),
    ['m2'],
  )
  assert.equal(damaged, ["message 'm' is damaged: the text '{{{' is not JSON"])
  await store.close()
})

test('each column of each table has its type in the list', () => {
  const database = new Database(path)
  const tables = database
    .prepare(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'mikro_%'",
    )
    .pluck()
    .all()
    .map(String)
    .filter((name) => name !== 'migration')
  const columns = tables.map((name) => {
    const found = database.prepare(`select name from pragma_table_info('${name}')`).pluck().all()
    return [name, found.map(String).sort()]
  })
  database.close()
  const listed = Object.entries(COLUMN_TYPES).map(([name, types]) => [name, Object.keys(types).sort()])
  assert.equal(Object.fromEntries(columns), Object.fromEntries(listed))
})

test.run()
