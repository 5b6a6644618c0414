/** Services of Restate whose runs last, in a process that can be killed: `node bench/peers/long-runs-restate.ts PORT`. */
import { createServer } from 'node:http2'
import { type Context, createEndpointHandler, service } from '@restatedev/restate-sdk'
import { tellBegun } from './long-runs.ts'

const long = service({
  name: 'long',
  // So soon a run that waits leaves the memory of this process; as it is set from the start, after a minute.
  options: { inactivityTimeout: 1_000 },
  handlers: {
    silent: async (context: Context): Promise<void> => {
      await context.run('ask', () => {
        tellBegun()
        return new Promise<void>(() => {})
      })
    },
    waiting: async (context: Context): Promise<void> => {
      await context.run('begin', async () => tellBegun())
      await context.awakeable().promise
    },
    short: async (context: Context): Promise<void> => {
      await context.run('begin', async () => tellBegun())
    },
  },
})

export type LongService = typeof long

const [port = ''] = process.argv.slice(2)
createServer(createEndpointHandler({ services: [long], logger: () => {} })).listen(Number(port), '127.0.0.1')
