/** A model behind HTTP that sees how well its limits are kept: by the calls that it has at once, and by the times of their begins. */
import { setTimeout as delay } from 'node:timers/promises'
import { sendJson, startHttpServer } from './http-server.ts'

export interface ModelCall {
  /** Epoch milliseconds. */
  at: number
  /** The key of the caller. */
  from: string
}

export interface LimitedModel {
  url: string
  calls: ModelCall[]
  /** Calls whose connection is open, and the most there were. */
  readonly open: number
  readonly most: number
  /** Count of the callers. */
  readonly callers: number
  /** Answers the next call by 429, which asks for so many seconds. */
  refuseNext(seconds: number): void
  /** The shortest time in which so many calls and one more came, without the first `skip` of all; undefined: there were fewer. */
  shortestFor(count: number, skip: number): number | undefined
  stop(): Promise<void>
}

const ANSWER = {
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'yes' } }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
}

export const startLimitedModel = async (callMs: () => number): Promise<LimitedModel> => {
  const calls: ModelCall[] = []
  const open = new Set<object>()
  let most = 0
  let refusal: number | undefined
  const server = await startHttpServer(async ({ headers }, response) => {
    calls.push({ at: Date.now(), from: headers.authorization ?? '' })
    if (refusal !== undefined) {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': `${refusal}` })
      refusal = undefined
      response.end('{"error":{"message":"slow down"}}')
      return
    }
    open.add(response)
    response.on('close', () => open.delete(response))
    most = Math.max(most, open.size)
    await delay(callMs(), undefined, { ref: false })
    open.delete(response)
    sendJson(response, ANSWER)
  })
  return {
    url: server.url,
    calls,
    get open() {
      return open.size
    },
    get most() {
      return most
    },
    get callers() {
      return new Set(calls.map(({ from }) => from)).size
    },
    refuseNext(seconds) {
      refusal = seconds
    },
    shortestFor(count, skip) {
      const times = calls.map(({ at }) => at).slice(skip)
      const spans = times.flatMap((at, place) => (place < count ? [] : [at - (times[place - count] ?? 0)]))
      return spans.length === 0 ? undefined : Math.min(...spans)
    },
    stop: () => server.stop(),
  }
}
