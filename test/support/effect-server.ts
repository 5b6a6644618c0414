/**
 * Counts effects from outside of the process that performs them: each POST to `/effect/NAME` is one, and answers with its name.
 * What this server has seen can't be forgotten by a process that is killed. One whose delay is infinite is never answered.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenEffect {
  name: string
  key: string | undefined
  /** When it came in, epoch milliseconds. */
  at: number
}

export interface EffectServer {
  url: string
  seen: SeenEffect[]
  /** Resolves when this many effects have come in since the call. */
  waitForMore(count: number): Promise<void>
  /** How many requests have no answer yet, and a connection that is still open. */
  open(): number
  close(): Promise<void>
}

export const startEffectServer = async (delayMs: (name: string) => number): Promise<EffectServer> => {
  const seen: SeenEffect[] = []
  const waiting = new Set<() => void>()
  const open = new Set<object>()
  const server = createServer((request, response) => {
    request.resume()
    const name = decodeURIComponent((request.url ?? '').replace('/effect/', ''))
    const key = request.headers['idempotency-key']
    seen.push({ name, key: Array.isArray(key) ? key[0] : key, at: Date.now() })
    for (const look of waiting) look()
    open.add(response)
    response.once('close', () => open.delete(response))
    const delay = delayMs(name)
    if (delay === Number.POSITIVE_INFINITY) return
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name }))
    }, delay)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/effect`,
    seen,
    open: () => open.size,
    waitForMore(count) {
      const enough = seen.length + count
      return new Promise((resolve) => {
        const look = (): void => {
          if (seen.length < enough) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
