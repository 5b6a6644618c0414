import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { compile } from '../../src/compiler/compile.ts'
import { createSource } from '../../src/compiler/source.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Placement } from '../../src/runtime/effects/placement.ts'
import { Host } from '../../src/runtime/host.ts'
import type { RunExit } from '../../src/runtime/run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createOwner } from '../../src/store/process-identity.ts'

const PRICE = { inputUsd: 1e-6, outputUsd: 2e-6 }

/** Five calls at once of a model that uses all it may; counts the real spending. */
const play = async (
  costUsd: number,
  maxTokens: number,
): Promise<{ exit: RunExit; calls: number; spentUsd: number }> => {
  const text = `workflow: w
limits: { cost_usd: ${costUsd} }
steps:
  - id: each
    foreach: "[1, 2, 3, 4, 5]"
    concurrency: 5
    do:
      - { id: ask, llm: paid/m, prompt: hello, retry: { max: 1 }, params: { max_tokens: ${maxTokens} } }`
  let calls = 0
  let spentUsd = 0
  const catalogue = createCatalogue()
  const providers = new Map([['paid', { name: 'paid', available: true, price: () => 'known' as const }]])
  const { compiled, diagnostics } = compile(createSource('w.yaml', text), { catalogue: { ...catalogue, providers } })
  assert.ok(compiled, JSON.stringify(diagnostics))
  const store = createMemoryStore()
  const perform: Placement['perform'] = async ({ input }, context) => {
    calls++
    await new Promise((resolve) => setImmediate(resolve))
    const { max_tokens } = (input as { params: JsonObject }).params
    const cost_usd = 20 * PRICE.inputUsd + Number(max_tokens) * PRICE.outputUsd
    spentUsd += cost_usd
    const counts = { input_tokens: 20, cached_tokens: 0, output_tokens: Number(max_tokens) }
    context.usage({ provider: 'paid', model: 'm', ...counts, cost_usd })
    return { text: 'hi' }
  }
  const host = new Host({
    store,
    owner: createOwner(),
    clock: systemClock,
    prices: { worstCase: () => PRICE },
    recompile: () => compiled,
    performerOf: () => ({ vault: new SecretVault(), placement: { perform } }),
  })
  const run = await host.start(compiled, { input: {} })
  const exit = await run.exited
  return { exit, calls, spentUsd }
}

const test = suite('a run with limits.cost_usd')

test('never spends more with five calls at once, and the call that would exceed it is not sent', async () => {
  const { exit, calls, spentUsd } = await play(0.01, 2_000)
  assert.ok(spentUsd <= 0.01, `spent ${spentUsd}`)
  assert.is(calls, 2)
  assert.is(exit.kind === 'ended' && exit.end.error?.code, 'budget_exceeded')
  assert.is(exit.kind === 'ended' && exit.end.error?.details?.limit, 'cost_usd')
})

test('refuses no call that fits', async () => {
  const { exit, calls } = await play(1, 2_000)
  assert.is(exit.kind === 'ended' && exit.end.status, 'completed')
  assert.is(calls, 5)
})

test('lets calls wait for each other when all fit one after the other', async () => {
  const { exit, calls } = await play(0.0205, 2_000)
  assert.is(exit.kind === 'ended' && exit.end.status, 'completed', JSON.stringify(exit))
  assert.is(calls, 5)
})

test.run()
