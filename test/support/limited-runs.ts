/** Runs with `limits` in a host of their own, whose models the test performs; a second host goes on where the first was left. */
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { type CompiledWorkflow, compile } from '../../src/compiler/compile.ts'
import { createSource } from '../../src/compiler/source.ts'
import type { ActorContext } from '../../src/core/actor.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import type { Amount } from '../../src/core/pricing.ts'
import { spentOf } from '../../src/runtime/budget/budget.ts'
import { Host } from '../../src/runtime/host.ts'
import type { Run, RunExit } from '../../src/runtime/run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createDeadOwner } from './store-values.ts'

/** Price of the models of provider `paid`: a dollar a million tokens of input, two of output. */
const PRICE = { inputUsd: 1e-6, outputUsd: 2e-6 }

export interface ModelCall {
  /** The words of the user's message. */
  prompt: string
  maxTokens: number
  /** Reservation of the budget for it, if the answer has no schema. */
  reserved: Amount
}

export type Perform = (call: ModelCall, context: ActorContext) => Promise<JsonValue>

export interface LimitedRuns {
  store: Store
  clock: ManualClock
  start(): Promise<Run>
  /** The process of the last host is gone: the run goes on in another. */
  resume(id: string): Promise<Run>
  rows(id: string): Promise<JournalRow[]>
  /** Spent amount, by the journal. */
  spent(id: string): Promise<Amount>
}

export const createLimitedRuns = (
  text: string,
  { perform, children = {} }: { perform: Perform; children?: Record<string, string> },
): LimitedRuns => {
  const compiled = compilePaid(text, children)
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const boot = (): Host =>
    new Host({
      store,
      owner: createDeadOwner(),
      clock,
      prices: { worstCase: (provider) => (provider === 'paid' ? PRICE : null) },
      recompile: ({ workflow }) =>
        workflow === compiled.name
          ? compiled
          : ([...compiled.children.values()].find(({ name }) => name === workflow) ?? compiled),
      performerOf: () => ({
        vault: new SecretVault(),
        placement: { perform: ({ input }, context) => perform(toCall(input as JsonObject), context) },
      }),
    })
  return {
    store,
    clock,
    start: () => boot().start(compiled, { input: {} }),
    async resume(id) {
      const resumed = await boot().resume(id)
      assert.is(resumed.kind, 'resumed')
      return (resumed as Extract<typeof resumed, { kind: 'resumed' }>).run
    },
    rows: (id) => store.readJournal(id),
    spent: async (id) => spentOf(await store.readJournal(id)),
  }
}

const compilePaid = (text: string, children: Record<string, string>): CompiledWorkflow => {
  const paid = { name: 'paid', available: true, price: () => 'known' as const }
  const catalogue = { ...createCatalogue(), providers: new Map([['paid', paid]]) }
  const { compiled, diagnostics } = compile(createSource('main.yaml', text), {
    catalogue,
    links: {
      file: () => undefined,
      workflow: (path) => (children[path] === undefined ? undefined : createSource(path, children[path])),
    },
  })
  assert.ok(compiled, diagnostics.map(({ message }) => message).join('\n'))
  return compiled
}

const toCall = ({ messages, params, tools, returns }: JsonObject): ModelCall => {
  const maxTokens = Number((params as JsonObject).max_tokens)
  const inputTokens = Buffer.byteLength(JSON.stringify([messages, tools ?? null, returns ?? null]))
  const costUsd = inputTokens * PRICE.inputUsd + maxTokens * PRICE.outputUsd
  const prompt = String((messages as JsonObject[]).findLast(({ role }) => role === 'user')?.content)
  return { prompt, maxTokens, reserved: { costUsd, tokens: inputTokens + maxTokens } }
}

/** Usage as a model reports it. */
export const usageOf = (inputTokens: number, outputTokens: number) => ({
  provider: 'paid',
  model: 'm',
  input_tokens: inputTokens,
  cached_tokens: 0,
  output_tokens: outputTokens,
  cost_usd: inputTokens * PRICE.inputUsd + outputTokens * PRICE.outputUsd,
})

/** A call of which the vendor says nothing. */
export const NO_NUMBERS = { ...usageOf(0, 0), cost_usd: null }

/** The end of a run that has nothing to wait for. */
export const endOf = async (run: Run) => {
  const exit: RunExit = await run.exited
  assert.is(exit.kind, 'ended', JSON.stringify(exit))
  return (exit as Extract<RunExit, { kind: 'ended' }>).end
}

/** Until all that can go on without a clock has. */
export const settle = async (): Promise<void> => {
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve))
}
