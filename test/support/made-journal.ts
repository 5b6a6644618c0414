/** Journals made by hand, in the database of a project. */
import { createPricing } from '../../src/actors/llm/prices.ts'
import type { Usage } from '../../src/core/actor.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Store } from '../../src/store/store.ts'
import type { CliProject } from './cli-project.ts'

/** Calls `fill` with the store of the project, and closes it. */
export const fillDatabase = async (project: CliProject, fill: (store: Store) => Promise<void>): Promise<void> => {
  const store = await project.openStore()
  try {
    await fill(store)
  } finally {
    await store.close()
  }
}

export interface MadeCall {
  /** `provider/name`. */
  model: string
  input: number
  cached?: number
  saved?: number
  output: number
  /** Epoch milliseconds: when it was made, for its price. */
  at: number
}

/** As a provider reports it, with the price of its day. */
const toUsage = ({ model, input, cached = 0, saved, output, at }: MadeCall): Usage => {
  const slash = model.indexOf('/')
  const [provider, name] = [model.slice(0, slash), model.slice(slash + 1)]
  const counts = { input_tokens: input, cached_tokens: cached, output_tokens: output }
  const cost_usd = createPricing(new Map(), { now: () => at }).cost(provider, name, counts)
  return { provider, model: name, ...counts, cost_usd, ...(saved !== undefined && { cache_saved_usd: saved }) }
}

/** The data of an outcome that took `ms`, and ended at `at`. */
export const toOutcomeData = (
  at: number,
  { ms = 10, calls = [] }: { ms?: number; calls?: Omit<MadeCall, 'at'>[] } = {},
): JsonObject => ({
  output: { text: 'hello' },
  attempt: 1,
  started: at - ms,
  ms,
  ...(calls.length > 0 && { usage: calls.map((call) => ({ ...toUsage({ ...call, at }) })) }),
})
