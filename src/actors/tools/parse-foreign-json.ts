import type { ReadJsonOptions } from '../../core/finite-json.ts'
import type { JsonValue } from '../../core/json.ts'
import { parseJson } from './parse-json.ts'

/** Longer texts are checked in a worker: they would block this process for a second. */
const LONGEST_HERE = 1024 ** 2
const MAX_TIME_MS = 20_000

export interface ForeignJsonOptions extends ReadJsonOptions {
  /** Names the text in the message. */
  subject: string
  signal: AbortSignal
}

/** As `parseJson`, for texts of any length: a long one is checked in a worker process, and costs this one `JSON.parse` alone. */
export const parseForeignJson = async (
  text: string,
  { subject, signal, numbers }: ForeignJsonOptions,
): Promise<JsonValue> => {
  if (text.length <= LONGEST_HERE) return parseJson(text, subject, { numbers })
  const { WORKERS } = await import('../worker-pool/worker-pool.ts')
  const task = {
    name: 'json.parse',
    params: { subject, numbers: numbers ?? 'exact' },
    body: Buffer.from(text),
    timeMs: MAX_TIME_MS,
    subject: `to parse '${subject}'`,
    advice: 'ask for a part of it',
  } as const
  return JSON.parse((await WORKERS.run(task, signal)) || text)
}
