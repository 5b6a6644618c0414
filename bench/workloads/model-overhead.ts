import { createHeapStore } from '../../src/store/heap-store.ts'
import type { HostStore } from '../../src/store/store.ts'
import { type OpenedWorkflow, openWorkflow } from '../opened-workflow.ts'
import { timeInTurn } from '../pace.ts'
import { type BareSdk, type ServedModels, startServedModels } from '../served-models.ts'
import { createModelLine, STEPS_IN_LINE } from '../sources.ts'
import { DURABLE_NOTE, openDurableStore, withFolder } from '../stores.ts'
import type { Figure, Workload } from '../workload.ts'

/** Overhead of Troupe in a model call whose server answers at once. */
export const modelOverhead: Workload = {
  id: 'L1',
  note: `a call of a model, 10 in a line; a local server answers at once; sides in turn; ${DURABLE_NOTE}`,
  measure: () =>
    withFolder(async (folder) => {
      const served = await startServedModels()
      const durable = await openDurableStore(folder)
      const figures: Figure[] = []
      for (const sdk of served.bare) figures.push(...(await measureSdk(sdk, { served, durable })))
      await durable.close()
      served.stop()
      return figures
    }),
}

const measureSdk = async (
  sdk: BareSdk,
  { served, durable }: { served: ServedModels; durable: HostStore },
): Promise<Figure[]> => {
  const open = (store: HostStore): OpenedWorkflow =>
    openWorkflow(store, createModelLine(sdk.name), { providers: served.providers })
  const [inMemory, onDisk] = [open(createHeapStore()), open(durable)]
  const times = await timeInTurn([() => callInLine(sdk), () => inMemory.run(), () => onDisk.run()])
  const [bare = 0, memoryStep = 0, durableStep = 0] = times.map((ms) => ms / STEPS_IN_LINE)
  return [
    { peer: `${sdk.name} SDK`, metric: `${sdk.name}, a call`, unit: 'ms', value: bare },
    { metric: `${sdk.name}, a step, memory store`, unit: 'ms', value: memoryStep },
    { metric: `${sdk.name}, a step, durable`, unit: 'ms', value: durableStep },
    { metric: `${sdk.name}, above the SDK, memory store`, unit: 'ms', value: memoryStep - bare },
    { metric: `${sdk.name}, above the SDK, durable`, unit: 'ms', value: durableStep - bare },
  ]
}

const callInLine = async (sdk: BareSdk): Promise<void> => {
  let text = 'start'
  for (let step = 0; step < STEPS_IN_LINE; step++) text = await sdk.call(text)
}
