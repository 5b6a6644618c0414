/** Submits runs over HTTP as a careful client does: each under a key of its own, asked again until it is accepted. */
import { setTimeout as delay } from 'node:timers/promises'
import type { JsonObject } from '../../src/core/json.ts'

const PATIENCE_MS = 40_000
const PAUSE_MS = 100

export interface HttpSubmitter {
  /** Submits the runs of these numbers over this time, and returns their ids once all are accepted. */
  submitEvenly(numbers: { from: number; to: number }, overMs: number): Promise<string[]>
  /** How often a request got no answer, or was asked to come again. */
  askedAgain(): number
  /** Answers that are neither an acceptance nor a request to come again. */
  unexpected(): readonly string[]
}

/** @param pick Chooses the address of a server for each request. */
export const createSubmitter = (pick: () => string, body: JsonObject): HttpSubmitter => {
  let again = 0
  const unexpected: string[] = []
  const ask = async (key: string): Promise<string | undefined> => {
    const response = await fetch(`${pick()}/api/v1/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const text = await response.text()
    if (response.status === 202) return (JSON.parse(text) as { run: string }).run
    if (response.status !== 503) unexpected.push(`${response.status} ${text}`)
    return undefined
  }
  const submit = async (key: string): Promise<string> => {
    for (;;) {
      // A lost connection says nothing about the request: it may have been accepted.
      const run = await ask(key).catch(() => undefined)
      if (run !== undefined) return run
      again++
      await delay(PAUSE_MS)
    }
  }
  return {
    submitEvenly: ({ from, to }, overMs) =>
      Promise.all(
        Array.from({ length: to - from }, async (_, index) => {
          await delay((index * overMs) / (to - from))
          return submit(`order-${from + index}`)
        }),
      ),
    askedAgain: () => again,
    unexpected: () => unexpected,
  }
}
