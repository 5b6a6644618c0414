/** The line of steps as one server of a peer performs it, many runs in flight, each recorded step safe from a power cut. */
import { measureFlow } from '../pace.ts'
import { LINES_AT_ONCE, toServers } from '../server-rows.ts'
import { withFolder } from '../stores.ts'
import type { Figure, Workloads } from '../workload.ts'
import type { DurableRunnable } from './durable-work.ts'

export interface ServedEngine {
  note: string
  open(folder: string): Promise<Pick<DurableRunnable, 'line' | 'close'>>
}

export const createServedWorkloads = ({ note, open }: ServedEngine): Workloads => ({
  W11: {
    id: 'W11',
    note: `${LINES_AT_ONCE} runs in flight, submitted by the process of the workflows; ${note}`,
    measure: () => withFolder(async (folder) => measureOne(await open(folder))),
  },
})

const measureOne = async ({ line, close }: Pick<DurableRunnable, 'line' | 'close'>): Promise<Figure[]> => {
  const pace = await measureFlow(line, { atOnce: LINES_AT_ONCE })
  await close()
  return [{ metric: toServers(1), unit: 'runs/s', value: pace }]
}
