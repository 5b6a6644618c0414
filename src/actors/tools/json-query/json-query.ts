/** Evaluates JSONata in a worker process, as a query may be written by a model: query-task.ts has the code of the worker. */
import type { Actor } from '../../../core/actor.ts'
import type { JsonValue } from '../../../core/json.ts'
import { WORKERS } from '../../worker-pool/worker-pool.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolOptions } from '../tool-options.ts'
import { JSON_QUERY } from './json-query-description.ts'
import { QUERY_ADVICE } from './query-advice.ts'

const MAX_TIME_MS = 5000

type QueryInput = { query: string; data: JsonValue }

export const createQueryTool = ({ now, json }: ToolOptions): Actor =>
  defineTool(JSON_QUERY, async ({ query, data }: QueryInput, { signal, deadline }) => {
    const timeMs = Math.max(1, Math.min(MAX_TIME_MS, deadline - now()))
    const task = {
      name: 'json.query',
      params: { query, timeMs, eval: json.eval },
      body: Buffer.from(JSON.stringify(data)),
      timeMs,
      subject: "'query'",
      advice: QUERY_ADVICE,
    } as const
    const value: JsonValue = JSON.parse(await WORKERS.run(task, signal))
    return { value }
  })
