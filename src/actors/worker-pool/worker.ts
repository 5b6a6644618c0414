/**
 * The program of a worker process: performs one task at a time for the process that started it, and ends with it.
 *
 * It has an empty environment, no permission but to read the code of Troupe, and a bounded heap (worker-process.ts). A task that gets at
 * the prototypes of built-in classes can add nothing to them for the next task.
 */

import { isFault, toFaultData } from '../../core/fault.ts'
import { ownValue } from '../../core/json.ts'
import { FrameReader, writeFrame } from './frames.ts'
import type { PerformTask } from './worker-task.ts'

/** Tasks by name. The code of each is loaded at its first use. */
const TASKS: Readonly<Record<string, () => Promise<PerformTask>>> = {
  'json.query': async () => (await import('../tools/json-query/query-task.ts')).performQuery,
  'json.parse': async () => (await import('../tools/json-task.ts')).performParse,
  'csv.parse': async () => (await import('../tools/csv-parse/csv-task.ts')).performCsv,
}

const perform = async ({ head, body }: { head: Record<string, unknown>; body: Buffer }): Promise<void> => {
  try {
    const { name, params } = head
    const load = ownValue(TASKS, String(name))
    if (load === undefined) throw new Error(`there is no task '${name}'`)
    const task = await load()
    writeFrame(process.stdout, { kind: 'begun' }, EMPTY)
    const text = await task(Object(params), body)
    writeFrame(process.stdout, { kind: 'done' }, Buffer.from(text))
  } catch (error) {
    const fault = isFault(error)
      ? toFaultData(error)
      : { code: 'tool_failed', message: error instanceof Error ? error.message : String(error), retryable: false }
    writeFrame(process.stdout, { kind: 'failed', fault }, EMPTY)
  }
}

const EMPTY = new Uint8Array()

for (const built of [Object, Array, Function, String, RegExp, Promise]) Object.seal(built.prototype)

const reader = new FrameReader()
process.stdin.on('data', (piece: Buffer) => {
  for (const frame of reader.push(piece)) void perform(frame)
})

// The process at the other end has ended. Signals of a terminal are for that process, which ends its workers.
process.stdin.on('end', () => process.exit())
process.stdin.on('error', () => process.exit())
process.stdout.on('error', () => process.exit())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
