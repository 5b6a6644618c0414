import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WorkerPool } from '../../../src/actors/worker-pool/worker-pool.ts'
import type { WorkerTask } from '../../../src/actors/worker-pool/worker-task.ts'
import { isCancelled } from '../../../src/core/cancelled.ts'
import type { Fault } from '../../../src/core/fault.ts'
import { catchFault } from '../../support/catch-fault.ts'
import { startProcess } from '../../support/child-process.ts'

const ENDLESS = '($f := function($x) { $f($x + 1) }; $f(1))'
/** Needs its memory at once, inside one function of JSONata. */
const HUNGRY = '$count([1..900000])'

const ask = (query: string, timeMs = 20_000): WorkerTask => ({
  name: 'json.query',
  params: { query, timeMs: 20_000, eval: false },
  body: Buffer.from('{}'),
  timeMs,
  subject: "'query'",
  advice: 'select less',
})

const { signal } = new AbortController()

const until = async (isTrue: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 1000 && !isTrue(); turn++) await pause(10)
  assert.ok(isTrue())
}

/** One worker, which one test leaves to the next. */
const pool = new WorkerPool({ size: 1 })

const test = suite('worker pool')
test.after(() => pool.close())

test('a task that exceeds its time ends its worker, and the next task gets another one', async () => {
  assert.is(await pool.run(ask('1'), signal), '1')
  const [first] = pool.processIds
  const fault = await catchFault(() => pool.run(ask(ENDLESS, 50), signal))
  assert.equal([fault.code, fault.message], ['timeout', "'query' runs longer than 50 ms: select less"])
  assert.is(await pool.run(ask('2'), signal), '2')
  assert.is.not(pool.processIds[0], first)
})

test('a task that exceeds the memory is too_large, and this process goes on', async () => {
  const own = new WorkerPool({ size: 1, memoryMb: 16 })
  const fault = await catchFault(() => own.run(ask(HUNGRY), signal))
  assert.equal(
    [fault.code, fault.message, fault.details],
    ['too_large', "'query' needs more memory than the 16 MB of a worker: select less", { memory_mb: 16 }],
  )
  assert.is(await own.run(ask('2'), signal), '2')
  own.close()
})

test('a worker that was killed while it was idle is replaced', async () => {
  await pool.run(ask('1'), signal)
  process.kill(pool.processIds[0] ?? 0, 'SIGKILL')
  assert.is(await pool.run(ask('2'), signal), '2')
})

test('a worker that is killed in a task fails it as a passing fault', async () => {
  await pool.run(ask('1'), signal)
  const failing = catchFault(() => pool.run(ask(ENDLESS), signal))
  // On a busy machine the task may not have begun at the first kill; then another worker takes it.
  const killing = setInterval(() => pool.processIds.map((id) => process.kill(id, 'SIGKILL')), 200)
  const { code, retryable, message }: Fault = await failing
  clearInterval(killing)
  assert.equal([code, retryable, message], ['unavailable', true, 'the worker process was ended by SIGKILL: try again'])
})

test('an abort ends the task and its worker; tasks behind it go on', async () => {
  const stop = new AbortController()
  const aborted = pool.run(ask(ENDLESS), stop.signal).catch((error: unknown) => error)
  const waiting = [pool.run(ask('2'), stop.signal).catch((error: unknown) => error), pool.run(ask('3'), signal)]
  await pause(20)
  stop.abort()
  assert.ok(isCancelled(await aborted))
  assert.ok(isCancelled(await waiting[0]))
  assert.is(await waiting[1], '3')
})

test('more tasks than workers wait for their turn', async () => {
  const own = new WorkerPool({ size: 2 })
  const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => own.run(ask(`${index} * 2`), signal)))
  assert.equal(
    answers.map(Number),
    Array.from({ length: 12 }, (_, index) => index * 2),
  )
  assert.is(own.processIds.length, 2)
  own.close()
})

test('an idle worker ends', async () => {
  const own = new WorkerPool({ size: 1, idleMs: 10 })
  await own.run(ask('1'), signal)
  await until(() => own.processIds.length === 0)
})

const ownFolder = fileURLToPath(new URL('../../support/', import.meta.url))

if (existsSync('/proc/self/environ'))
  test('a worker has no environment, which may hold secrets', async () => {
    await pool.run(ask('1'), signal)
    assert.is(readFileSync(`/proc/${pool.processIds[0]}/environ`, 'utf8'), '')
  })

test('a worker ends when its process is killed in a task', async () => {
  const child = startProcess([process.execPath, `${ownFolder}endless-query-child.ts`])
  await child.waitFor(/worker \d+/)
  const [, id = ''] = /worker (\d+)/.exec(child.output().stdout) ?? []
  assert.ok(isAlive(Number(id)))
  child.kill('SIGKILL')
  await until(() => !isAlive(Number(id)))
})

const isAlive = (id: number): boolean => {
  try {
    process.kill(id, 0)
    return true
  } catch {
    return false
  }
}

test.run()
