/**
 * A process that submits runs, to be killed: `submit-child.ts DATABASE WORKFLOW FROM TO [KEY]`. The n-th has the key `s-N` and the input
 * `{ n }`, ten at once, four times a second; with KEY all have this one and the input `{ n: 0 }`, and go at once. Each line says what has
 * been acknowledged: `KIND N RUN`; writeSync, so that it is out before anything else happens.
 */
import { readFileSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createRunId } from '../../src/core/run-id.ts'
import { toDefinition, toNewRun } from '../../src/runtime/new-run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import { parseDatabaseAddress } from '../../src/store/database-address.ts'
import { compileWorkflow } from './compile-workflow.ts'
import { openTestDatabase } from './test-database.ts'

const [database = '', file = '', from = '0', to = '0', key] = process.argv.slice(2)
const workflow = compileWorkflow(readFileSync(file, 'utf8'))
const store = await openTestDatabase(parseDatabaseAddress(database, process.cwd()))
await store.saveDefinition(toDefinition(workflow))

const submit = async (n: number): Promise<void> => {
  const at = Date.now()
  const wanted = { id: createRunId(at), at, input: { n: key === undefined ? n : 0 }, key: key ?? `s-${n}` }
  const result = await store.submit(toNewRun(workflow, wanted, new SecretVault()))
  writeSync(1, `${result.kind} ${n} ${result.kind === 'refused' ? '-' : result.run.id}\n`)
}

const AT_ONCE = key === undefined ? 10 : Number(to) - Number(from)
const submitSome = (next: number, end: number): Promise<unknown> =>
  Promise.all(Array.from({ length: Math.min(AT_ONCE, end - next) }, (_, index) => submit(next + index)))

for (let next = Number(from); next < Number(to); next += AT_ONCE)
  await Promise.all([submitSome(next, Number(to)), ...(key === undefined ? [delay(250)] : [])])
await store.close()
