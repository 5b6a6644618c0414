import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import { toDefinition, toNewRun } from '../../../src/runtime/new-run.ts'
import { submitRun } from '../../../src/runtime/submit-run.ts'
import { toRequestHash } from '../../../src/runtime/waits/request-hash.ts'
import { SecretVault } from '../../../src/secrets/secret-vault.ts'
import { checkStore } from '../../../src/service/database/own-content.ts'
import { importBundles } from '../../../src/service/database/run-bundles.ts'
import { compileStored } from '../../../src/service/workflows/compile-stored.ts'
import { loadRegistered } from '../../../src/service/workflows/registered-workflow.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { restoreDatabase } from '../../../src/store/open-database.ts'
import { createOwner } from '../../../src/store/process-identity.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import type { Definition, Store } from '../../../src/store/store.ts'
import { isStoreError } from '../../../src/store/store-error.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { catchRejection, T0 } from '../../support/store-values.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('content that its hash does not name')

const catalogue = createCatalogue()
const vault = new SecretVault({})
const workflow = compileWorkflow(`workflow: pay
input: { to: string }
steps: [{ id: send, tool: http.post, with: { url: "https://bank.example/\${input.to}" } }]
`)

const fill = async (store: Store): Promise<string> => {
  const { run } = await submitRun(workflow, { id: 'r-1', at: T0, input: { to: 'ada' }, key: 'k' }, { store, vault })
  const created = await store.create(
    toNewRun(workflow, { id: 'r-2', at: T0, input: { to: 'eve' } }, vault),
    createOwner(),
  )
  if (created.kind !== 'created') throw new Error(created.kind)
  const hash = await store.putBlob(new Uint8Array([7, 8, 9]))
  const asked = { title: 'Pay 5 EUR?', show: { to: 'ada', $blob: hash }, form: null, tool: null }
  const place = { path: 'a', visit: 1, step: 'a', by: null, count: 1, decisions: [], dueAt: null, requestedAt: T0 }
  await store.write(created.claim, { approvalsOpened: [{ ...asked, ...place, requestHash: toRequestHash(asked) }] })
  await store.release(created.claim)
  await store.registerWorkflow({ workflow: 'pay', definition: workflow.hash, at: T0 })
  return run.id
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.trimEnd().split('\n')
}

const take = async (store: Store, text: string) => importBundles(store, { lines: linesOf(text), name: 'x', catalogue })

const planted: [what: string, run: string, from: string, to: string, says: RegExp][] = [
  [
    'text of a workflow',
    'r-1',
    'bank.example',
    'evil.example',
    /the text of definition '\w{64}' has the hash '\w{64}'/,
  ],
  [
    'name of a workflow',
    'r-1',
    '"workflow":"pay","file"',
    '"workflow":"ask","file"',
    /is of workflow 'pay', not of 'ask'/,
  ],
  [
    'text that does not compile',
    'r-1',
    'steps:',
    'stops:',
    /definition '\w{64}': 'example.yaml' as it is stored does not/,
  ],
  ['hash of a workflow', 'r-1', workflow.hash, 'f'.repeat(64), /the text of definition 'f{64}' has the hash '\w{64}'/],
  [
    'input under a key',
    'r-1',
    '"to":"ada"',
    '"to":"eve"',
    /the idempotency key of run 'r-1' belongs to another request/,
  ],
  [
    'question of an approval',
    'r-2',
    'Pay 5 EUR',
    'Pay 1 EUR',
    /the approval 'a' of run 'r-2' does not show the request/,
  ],
  ['shown value', 'r-2', '"to":"ada"', '"to":"eve"', /the approval 'a' of run 'r-2' does not show the request/],
  ['blob', 'r-2', 'BwgJ', 'AAAA', /the bytes of blob '\w{64}' are not its own/],
]

for (const [what, run, from, to, says] of planted)
  test(`an import with a changed ${what} is refused and named, and nothing of it is kept`, async () => {
    const [source, store] = [createMemoryStore(), createMemoryStore()]
    await fill(source)
    const text = (await (await source.maintenance()).exportRun(run)) ?? ''
    assert.ok(text.includes(from))
    const error = await catchRejection(take(store, text.replaceAll(from, to)))
    assert.ok(isStoreError(error) && error.code === 'corrupt' && error.hint, String(error))
    assert.match(error.message, says)
    assert.equal([await store.listRuns(), await (await store.maintenance()).listDefinitions()], [[], []])
    assert.equal((await take(store, text)).imported, [run])
    assert.equal(await checkStore(store, { catalogue }), [])
  })

const edits: [sql: string, kind: string, says: RegExp][] = [
  [
    "update definition set source = replace(source, 'bank', 'evil')",
    'definition',
    /the text of definition '\w{64}' has the hash/,
  ],
  ["update definition set workflow = 'ask'", 'definition', /is of workflow 'pay', not of 'ask'/],
  [
    "update definition set source = 'x'",
    'definition',
    /definition '\w{64}': 'example.yaml' as it is stored does not compile/,
  ],
  ["update approval set title = 'Pay 1 EUR?'", 'approval', /the approval 'a' of run 'r-2' does not show the request/],
  ["update blob set bytes = x'00'", 'blob', /the bytes of blob '\w{64}' were changed/],
]

for (const [sql, kind, says] of edits)
  test(`a check finds and a restore refuses it: ${sql}`, async () => {
    const folder = createTempFolder()
    const [path, copy] = [folder.resolve('troupe.db'), folder.resolve('copy.db')]
    const store = await openSqliteStore({ path, durability: 'process' })
    await fill(store)
    assert.equal(await checkStore(store, { catalogue }), [])
    const database = new Database(path)
    database.exec(sql)
    database.close()
    const problems = await checkStore(store, { catalogue })
    assert.equal(
      problems.map((problem) => problem.kind),
      [kind],
    )
    assert.match(problems[0]?.message ?? '', says)
    await (await store.maintenance()).backup(copy)
    await store.close()
    const check = (backup: Store) => checkStore(backup, { catalogue, isStrict: false })
    const restored = await catchRejection(restoreDatabase({ file: copy, path: folder.resolve('new.db'), check }))
    // An old text may no longer compile with a newer release.
    if (sql.includes("'x'")) assert.not(isStoreError(restored))
    else assert.ok(isStoreError(restored) && restored.code === 'corrupt', String(restored))
  })

test('a planted text is not run under the name of a registered workflow', async () => {
  const folder = createTempFolder()
  const path = folder.resolve('troupe.db')
  const store = await openSqliteStore({ path, durability: 'process' })
  await fill(store)
  const database = new Database(path)
  database.exec("update definition set source = replace(source, 'bank', 'evil')")
  database.close()
  const compile = (definition: Definition) => compileStored(definition, { catalogue, environment: [], models: {} })
  const options = { workingFolder: folder.path, compile }
  const error = await catchRejection(loadRegistered(store, 'pay', options))
  assert.match(String(error), /the stored text of 'example.yaml' was changed: expected the workflow with the hash/)
  await store.close()
})

test('a blob whose bytes were changed is not read', async () => {
  const folder = createTempFolder()
  const path = folder.resolve('troupe.db')
  const store = await openSqliteStore({ path, durability: 'process' })
  const hash = await store.putBlob(new Uint8Array([1]))
  const database = new Database(path)
  database.exec("update blob set bytes = x'02'")
  database.close()
  assert.match(String(await catchRejection(store.getBlob(hash))), /the bytes of blob '\w{64}' were changed/)
  await store.close()
})

test('a stored text of a program with tools of its own is checked with their schemas', async () => {
  const store = createMemoryStore()
  const own = { name: 'crm.find', description: 'd', writes: false, input: {}, output: {}, available: true }
  const { compile } = await import('../../../src/compiler/compile.ts')
  const source = { ...workflow.source, text: 'workflow: w\nsteps: [{ id: a, tool: crm.find }]\n' }
  const { createSource } = await import('../../../src/compiler/source.ts')
  const { compiled } = compile(createSource('w.yaml', source.text), {
    catalogue: { ...catalogue, tools: new Map([...catalogue.tools, [own.name, own]]) },
  })
  if (compiled === undefined) throw new Error('expected a workflow')
  await store.saveDefinition(toDefinition(compiled))
  assert.equal(await checkStore(store, { catalogue }), [])
})

test.run()
