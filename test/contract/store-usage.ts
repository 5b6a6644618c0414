import * as assert from 'uvu/assert'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import type { Claim, UsageQuery, UsageSum } from '../../src/store/store.ts'
import { createEnd, createRow, startRun } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const DAY = 86_400_000
const AT = Date.UTC(2026, 2, 14, 12)

const usage = (model: string, change: JsonObject = {}): JsonObject => {
  const [provider = '', name = ''] = model.split('/')
  const counts = { input_tokens: 10, cached_tokens: 4, output_tokens: 3, cost_usd: 0.5 }
  return { provider, model: name, ...counts, ...change }
}

/** As the runtime writes it. */
const attempt = (usages: JsonValue[], at = AT): JsonObject => ({
  output: { text: 'hello' },
  attempt: 1,
  started: at - 10,
  ms: 10,
  usage: usages,
})

const sum = (change: Partial<UsageSum> = {}): UsageSum => ({
  calls: 1,
  cache_hits: 0,
  input_tokens: 10,
  cached_tokens: 4,
  output_tokens: 3,
  cost_usd: 0.5,
  cache_saved_usd: null,
  unpriced_calls: 0,
  ...change,
})

export const addStoreUsageTests = (test: AddStoreTest): void => {
  test('usage is summed up by the requested groups', async ({ store }) => {
    const first = await startRun(store, { run: { id: 'r-1', workflow: 'greet', definition: 'greet' } })
    const rows = [
      createRow(2, { at: AT, path: 'ask', data: attempt([usage('a/x'), usage('a/y')]) }),
      createRow(3, { at: AT, kind: 'attempt', path: 'grades[3]/grade', data: attempt([usage('b/x')]) }),
      createRow(4, { at: AT + DAY, kind: 'late', path: 'grades:2[9]/write:3/turn_2', data: attempt([usage('a/x')]) }),
    ]
    await store.write(first, { rows })
    const second = await startRun(store, { run: { id: 'r-2', workflow: 'sort', definition: 'sort' } })
    await store.write(second, { rows: [createRow(2, { at: AT, path: 'ask', data: attempt([usage('a/x')]) })] })
    const twice = sum({ calls: 2, input_tokens: 20, cached_tokens: 8, output_tokens: 6, cost_usd: 1 })
    const asked = (query: UsageQuery): Promise<UsageSum[]> => store.sumUsage(query)
    assert.equal(await asked({ by: ['provider', 'model'] }), [
      {
        provider: 'a',
        model: 'x',
        ...sum({ calls: 3, input_tokens: 30, cached_tokens: 12, output_tokens: 9, cost_usd: 1.5 }),
      },
      { provider: 'a', model: 'y', ...sum() },
      { provider: 'b', model: 'x', ...sum() },
    ])
    assert.equal(await asked({ by: ['workflow', 'step'], workflow: 'greet' }), [
      { workflow: 'greet', step: 'ask', ...twice },
      { workflow: 'greet', step: 'grade', ...sum() },
      { workflow: 'greet', step: 'write', ...sum() },
    ])
    assert.equal(await asked({ by: ['day'], workflow: 'sort' }), [{ day: '2026-03-14', ...sum() }])
    assert.equal(await asked({ by: ['day'], since: AT + 1 }), [{ day: '2026-03-15', ...sum() }])
    assert.is((await asked({ by: [] }))[0]?.calls, 5)
    assert.equal(await asked({ by: [], workflow: 'none' }), [])
  })

  test('the usage of a stopped call counts', async ({ store }) => {
    const claim = await startRun(store)
    const figures = { attempt: 1, started: AT, ms: 1, charged: { costUsd: 1, tokens: 9 } }
    const rows = [
      createRow(2, { at: AT, kind: 'stopped', path: 'ask', data: { ...figures, usage: [usage('a/x')] } }),
      createRow(3, {
        at: AT,
        kind: 'late',
        path: 'ask',
        data: { ...figures, usage: [usage('a/x', { cache_write_tokens: 2 })] },
      }),
    ]
    await store.write(claim, { rows })
    const twice = sum({ calls: 2, input_tokens: 20, cached_tokens: 8, output_tokens: 6, cost_usd: 1 })
    assert.equal(await store.sumUsage({ by: ['model'] }), [{ model: 'x', ...twice }])
  })

  test('an unknown price is counted apart, and makes no sum unknown that is not', async ({ store }) => {
    const claim = await startRun(store)
    const unknown = usage('a/x', { cost_usd: null })
    await store.write(claim, {
      rows: [
        createRow(2, {
          data: attempt([unknown, usage('a/x'), usage('b/x', { cost_usd: 0 }), usage('c/x', { cost_usd: null })]),
        }),
      ],
    })
    const found = await store.sumUsage({ by: ['provider'] })
    assert.equal(
      found.map(({ provider, calls, cost_usd, unpriced_calls }) => [provider, calls, cost_usd, unpriced_calls]),
      [
        ['a', 2, 0.5, 1],
        ['b', 1, 0, 0],
        ['c', 1, null, 1],
      ],
    )
  })

  test('answers from the cache are counted apart from the calls', async ({ store }) => {
    const claim = await startRun(store)
    const free = { input_tokens: 0, cached_tokens: 0, output_tokens: 0, cost_usd: 0 }
    const hit = (model: string): JsonObject => usage(model, { ...free, cache_hits: 1 })
    const rows = [
      createRow(2, { data: attempt([usage('a/x'), hit('a/x')]) }),
      createRow(3, { data: attempt([hit('b/y')]) }),
      createRow(4, { data: attempt([hit('b/y')]) }),
    ]
    await store.write(claim, { rows })
    assert.equal(await store.readJournal(claim.runId, 2), rows)
    assert.equal(await store.sumUsage({ by: ['provider'] }), [
      { provider: 'a', ...sum({ cache_hits: 1 }) },
      { provider: 'b', ...sum({ ...free, calls: 0, cache_hits: 2 }) },
    ])
  })

  test('a run keeps how many of its calls came from the cache', async ({ store }) => {
    const usageOf = async (cache_hits?: number): Promise<unknown> => {
      const claim = await startRun(store)
      const totals = { input_tokens: 3, output_tokens: 2, cost_usd: 0, ...(cache_hits !== undefined && { cache_hits }) }
      await store.write(claim, { end: createEnd({ usage: totals }) })
      const found = await store.findRun(claim.runId)
      return found.kind === 'found' && found.run.usage
    }
    assert.equal(await usageOf(2), { input_tokens: 3, output_tokens: 2, cost_usd: 0, cache_hits: 2 })
    assert.equal(await usageOf(), { input_tokens: 3, output_tokens: 2, cost_usd: 0 })
  })

  test('the usage of a child run is counted once, as its own', async ({ store }) => {
    const parent = await startRun(store, { run: { id: 'r-parent', workflow: 'parent', definition: 'parent' } })
    await store.write(parent, { rows: [createRow(2, { data: attempt([usage('workflow/child')]) })] })
    const child = await startRun(store, {
      run: { id: 'c-child', workflow: 'child', definition: 'child', parent: 'r-parent' },
    })
    await store.write(child, { rows: [createRow(2, { data: attempt([usage('a/x')]) })] })
    assert.equal(await store.sumUsage({ by: ['workflow'] }), [{ workflow: 'child', ...sum() }])
  })

  test('usage counts in each stored form of its row, and beside other data', async ({ store }) => {
    const claim = await startRun(store)
    const large = { ...attempt([usage('a/x')]), output: 'x'.repeat(100_000) }
    const odd = { usage: [usage('a/x', { more: true }), 7], fault: { code: 'timeout' } }
    const rows = [large, odd, attempt([]), ['a', 'list'], 'text', null, { output: [1, 2, 3, 4, 5, [[1, 2]]] }]
    await store.write(claim, { rows: rows.map((data, index) => createRow(index + 2, { data })) })
    await store.write(claim, { rows: [createRow(9, { kind: 'timer', data: attempt([usage('a/x')]) })] })
    assert.equal(
      (await store.sumUsage({ by: ['model'] })).map(({ model, calls }) => [model, calls]),
      [['x', 2]],
    )
  })

  test('runs that have ended count as those that go on', async ({ store }) => {
    const use = async (claim: Claim): Promise<void> =>
      store.write(claim, { rows: [createRow(2, { at: AT, data: attempt([usage('a/x')]) })] })
    const ended = await startRun(store)
    await use(ended)
    await store.write(ended, { end: createEnd({ at: AT + 1 }) })
    await use(await startRun(store))
    assert.is((await store.sumUsage({ by: [], since: AT }))[0]?.calls, 2)
  })
}
