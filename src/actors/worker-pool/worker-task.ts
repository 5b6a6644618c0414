/** A task as both sides of the pipe know it. */
import type { JsonObject } from '../../core/json.ts'

export interface WorkerTask {
  /** Its line in the table of worker.ts. */
  name: 'json.query' | 'json.parse' | 'csv.parse'
  params: JsonObject
  body: Uint8Array
  /** Counts from the moment when the worker begins the task. Then the worker is ended. */
  timeMs: number
  /** The subject of messages, such as `'query'`, and advice for a task that exceeds a limit. */
  subject: string
  advice: string
}

/** Code of a task, in the worker. Returns text, which is often JSON. @throws Fault */
export type PerformTask = (params: JsonObject, body: Buffer) => string | Promise<string>
