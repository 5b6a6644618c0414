import { createHeapStore } from '../../src/store/heap-store.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { timeInTurn } from '../pace.ts'
import { type BareSdk, type ServedModels, STREAMED_TOKENS, startServedModels } from '../served-models.ts'
import { createStreamedCall } from '../sources.ts'
import type { Figure, Workload } from '../workload.ts'

/** How fast the pieces of a streamed answer reach a watcher of the run. */
export const modelStream: Workload = {
  id: 'L2',
  note: `a streamed answer of ${STREAMED_TOKENS} tokens, one a piece, each told to the watcher of the run; sides in turn`,
  measure: async () => {
    const served = await startServedModels()
    const figures: Figure[] = []
    for (const sdk of served.bare) figures.push(...(await measureSdk(sdk, served)))
    served.stop()
    return figures
  },
}

const measureSdk = async (sdk: BareSdk, { providers }: ServedModels): Promise<Figure[]> => {
  let pieces = 0
  const { run, close } = openWorkflow(createHeapStore(), createStreamedCall(sdk.name), {
    providers,
    watch: (notice) => {
      if (notice.type === 'attempt.progress' && notice.progress.kind === 'text') pieces++
    },
  })
  const times = await timeInTurn([
    async () => expectAll(await sdk.stream('go on')),
    async () => {
      pieces = 0
      await run()
      expectAll(pieces)
    },
  ])
  await close()
  const [bare = 0, streamed = 0] = times.map((ms) => STREAMED_TOKENS / (ms / 1000))
  return [
    { peer: `${sdk.name} SDK`, metric: `${sdk.name}, streamed`, unit: 'tokens/s', value: bare },
    { metric: `${sdk.name}, streamed`, unit: 'tokens/s', value: streamed },
  ]
}

const expectAll = (pieces: number): void => {
  if (pieces !== STREAMED_TOKENS) throw new Error(`expected ${STREAMED_TOKENS} pieces, got ${pieces}`)
}
