/** The same work in Restate: handlers of a service whose steps go through `ctx.run`, served from this process. */
import { once } from 'node:events'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { type Context, createEndpointHandler, RestatePromise, service } from '@restatedev/restate-sdk'
import { connect } from '@restatedev/restate-sdk-clients'
import { findFreePort } from '../free-port.ts'
import type { Workloads } from '../workload.ts'
import { createDurableWorkloads, type DurableEngine, type DurableRunnable } from './durable-work.ts'
import type { LongService } from './long-runs-restate.ts'
import { createLongWorkloads, type LongEngine, type LongStage } from './long-work.ts'
import { answer, answerLate } from './model.ts'
import { POWER_SAFE_RESTATE_NOTE, RESTATE_NOTE, startRestate } from './restate-server.ts'
import { createServedWorkloads, type ServedEngine } from './served-work.ts'
import { STEPS, WAIT_MS } from './work.ts'

const bench = service({
  name: 'bench',
  handlers: {
    line: async (context: Context, start: string): Promise<string> => {
      let text = start
      for (let index = 0; index < STEPS; index++) text = await context.run(`step_${index}`, () => answer(text))
      return text
    },
    loop: async (context: Context, times: number): Promise<number> => {
      let count = 0
      for (; count < times; count++) await context.run('ask', () => answer('go on'))
      return count
    },
    growing: async (context: Context, { times, added }: { times: number; added: string }): Promise<string[]> => {
      const texts: string[] = []
      while (texts.length < times) texts.push(await context.run('ask', () => answer(added)))
      return texts
    },
    fanOut: (context: Context, count: number): Promise<string[]> =>
      RestatePromise.all(Array.from({ length: count }, () => context.run('ask', () => answerLate('go on', WAIT_MS)))),
  },
})

const open = async ({ isPowerSafe = false } = {}): Promise<DurableRunnable> => {
  const served = createServer(createEndpointHandler({ services: [bench], logger: () => {} })).listen(0, '127.0.0.1')
  await once(served, 'listening')
  const restate = await startRestate({ isPowerSafe })
  await restate.register(`http://127.0.0.1:${(served.address() as AddressInfo).port}`)
  const client = connect({ url: restate.ingress }).serviceClient<typeof bench>({ name: 'bench' })
  return {
    line: () => discard(client.line('start')),
    loop: (times) => discard(client.loop(times)),
    growing: (times, added) => discard(client.growing({ times, added })),
    fanOut: (count) => discard(client.fanOut(count)),
    sizeBytes: () => restate.sizeBytes(),
    close: async () => {
      await restate.stop()
      served.close()
    },
  }
}

const discard = async (work: PromiseLike<unknown>): Promise<void> => {
  await work
}

/** The services are in the process that is killed with the server. */
const openStage = async (): Promise<LongStage> => {
  const restate = await startRestate()
  const port = await findFreePort()
  const client = connect({ url: restate.ingress }).serviceSendClient<LongService>({ name: 'long' })
  return {
    address: String(port),
    begin: () => restate.register(`http://127.0.0.1:${port}`),
    submit: async (kind) => {
      await client[kind]()
    },
    kill: restate.kill,
    restart: restate.start,
    pids: () => [restate.pid()],
    close: restate.stop,
  }
}

const longEngine: LongEngine = {
  note: `${RESTATE_NOTE}, counted with the process of the services`,
  program: 'long-runs-restate.ts',
  openStage,
}

const engine: DurableEngine = { durableNote: RESTATE_NOTE, openDurable: () => open() }

const servedEngine: ServedEngine = { note: POWER_SAFE_RESTATE_NOTE, open: () => open({ isPowerSafe: true }) }

export const RESTATE: Workloads = {
  ...createDurableWorkloads(engine),
  ...createLongWorkloads(longEngine),
  ...createServedWorkloads(servedEngine),
}
