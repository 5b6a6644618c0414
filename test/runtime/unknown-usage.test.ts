/** Calls with unknown usage: the worst case is charged, in this process and in the next. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Cancelled } from '../../src/core/cancelled.ts'
import { Fault } from '../../src/core/fault.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Amount } from '../../src/core/pricing.ts'
import {
  createLimitedRuns,
  endOf,
  type ModelCall,
  NO_NUMBERS,
  type Perform,
  settle,
  usageOf,
} from '../support/limited-runs.ts'

const step = (id: string, more = ''): string =>
  `{ id: ${id}, llm: paid/m, prompt: ${id}, retry: { max: 1 }, params: { max_tokens: 500 }${more} }`

const workflow = (steps: string, limit = 1): string =>
  `workflow: main\nlimits: { cost_usd: ${limit} }\nsteps:\n${steps}`

const isNear = (actual: Amount, ...parts: Amount[]): void => {
  const expected = parts.reduce((sum, { costUsd, tokens }) => ({
    costUsd: sum.costUsd + costUsd,
    tokens: sum.tokens + tokens,
  }))
  assert.is(actual.tokens, expected.tokens)
  assert.ok(Math.abs(actual.costUsd - expected.costUsd) < 1e-12, `${actual.costUsd}, not ${expected.costUsd}`)
}

/** Tokens of reported usage. */
const told = (inputTokens: number, outputTokens: number): Amount => ({
  costUsd: usageOf(inputTokens, outputTokens).cost_usd,
  tokens: inputTokens + outputTokens,
})

const never = (): Promise<never> => new Promise(() => {})

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Cancelled())))

/** Remembers the calls by their prompts. */
const remembering = (perform: Perform) => {
  const calls = new Map<string, ModelCall>()
  const remember: Perform = (call, context) => {
    calls.set(call.prompt, call)
    return perform(call, context)
  }
  const reserved = (prompt: string): Amount => {
    const call = calls.get(prompt)
    assert.ok(call, `'${prompt}' was not called`)
    return call.reserved
  }
  return { calls, reserved, perform: remember }
}

const test = suite('unknown usage')

for (const [what, tell] of [
  ['the vendor gives no numbers for', [NO_NUMBERS]],
  ['its actor says nothing of', []],
  ['its actor knows the tokens of and not the price', [{ ...usageOf(30, 40), cost_usd: null }]],
] as const)
  test(`a call that ${what} is charged its reservation, and its cost is unknown`, async () => {
    const { perform, reserved } = remembering(async (_call, context) => {
      for (const usage of tell) context.usage(usage)
      return { text: 'hi' }
    })
    const runs = createLimitedRuns(workflow(`  - ${step('a')}`), { perform })
    const run = await runs.start()
    const { status, usage } = await endOf(run)
    assert.is(status, 'completed')
    assert.is(usage.cost_usd, tell.length === 0 ? 0 : null)
    const counted = tell[0] === undefined || tell[0].input_tokens === 0 ? reserved('a').tokens : 70
    isNear(await runs.spent(run.id), { costUsd: reserved('a').costUsd, tokens: counted })
  })

test('of a call and its repair, only the turn without usage is charged the worst case', async () => {
  const { perform } = remembering(async (_call, context) => {
    context.usage(usageOf(20, 30))
    context.usage(NO_NUMBERS)
    return { a: 1 }
  })
  const runs = createLimitedRuns(workflow(`  - ${step('a', ', returns: { a: integer }')}`), { perform })
  const run = await runs.start()
  await endOf(run)
  const [row] = (await runs.rows(run.id)).filter(({ kind }) => kind === 'outcome')
  const { charged } = (row?.data ?? {}) as unknown as { charged: Amount }
  const { costUsd, tokens } = await runs.spent(run.id)
  assert.ok(charged.costUsd > 0 && charged.tokens > 0)
  isNear({ costUsd, tokens }, told(20, 30), charged)
})

test('a refused call has used nothing', async () => {
  const runs = createLimitedRuns(workflow(`  - ${step('a', ', on_error: continue')}`), {
    perform: async () => {
      throw new Fault('rate_limited', 'not now', { retryable: true })
    },
  })
  const run = await runs.start()
  await endOf(run)
  isNear(await runs.spent(run.id), { costUsd: 0, tokens: 0 })
})

test('calls without usage use the limit up, and the end names the steps', async () => {
  let calls = 0
  const runs = createLimitedRuns(workflow(`  - ${step('a')}\n  - ${step('b')}\n  - ${step('c')}`, 0.0025), {
    perform: async (_call, context) => {
      calls++
      context.usage(NO_NUMBERS)
      return { text: 'hi' }
    },
  })
  const run = await runs.start()
  const { error } = await endOf(run)
  assert.equal([error?.code, calls], ['budget_exceeded', 2])
  const { spent, spent_on } = (error?.details ?? {}) as { spent: number; spent_on: JsonObject }
  assert.ok(spent <= 0.0025)
  assert.equal(Object.keys(spent_on).sort(), ['a', 'b'])
  assert.ok(Math.abs((await runs.spent(run.id)).costUsd - spent) < 1e-9)
})

test('a resumed run has spent the same, calls in flight included', async () => {
  const { perform, reserved } = remembering(async ({ prompt }, context) => {
    if (prompt === 'a') {
      context.usage(NO_NUMBERS)
      return { text: 'hi' }
    }
    return never()
  })
  const runs = createLimitedRuns(workflow(`  - ${step('a')}\n  - ${step('b')}`, 0.0025), { perform })
  const run = await runs.start()
  await settle()
  isNear(await runs.spent(run.id), reserved('a'))
  await runs.clock.advance(60_000)
  const next = await runs.resume(run.id)
  await settle()
  const { error } = await endOf(next)
  assert.is(error?.code, 'budget_exceeded')
  isNear(await runs.spent(run.id), reserved('a'), reserved('b'))
  assert.ok(Number(error?.details?.spent) <= 0.0025, JSON.stringify(error))
})

test('a lost call is never charged more than was left', async () => {
  const text = workflow('  - { id: a, llm: paid/m, prompt: a }', 0.002)
  const { perform, calls } = remembering(never)
  const runs = createLimitedRuns(text, { perform })
  const run = await runs.start()
  await settle()
  assert.ok((calls.get('a')?.maxTokens ?? 9_999) < 1_000)
  await runs.clock.advance(60_000)
  await runs.resume(run.id)
  await settle()
  const { costUsd } = await runs.spent(run.id)
  assert.ok(costUsd > 0.0019 && costUsd <= 0.002, String(costUsd))
})

test('a timed-out call is charged the worst case until it comes back with its usage', async () => {
  const answers: (() => void)[] = []
  const { perform, reserved } = remembering(({ prompt }, context) => {
    if (prompt === 'b') return never()
    return new Promise((resolve) =>
      answers.push(() => {
        context.usage(usageOf(10, 20))
        resolve({ text: 'late' })
      }),
    )
  })
  const runs = createLimitedRuns(workflow(`  - ${step('a', ', timeout: 5s, on_error: continue')}\n  - ${step('b')}`), {
    perform,
  })
  const run = await runs.start()
  await settle()
  await runs.clock.advance(5_000)
  await settle()
  isNear(await runs.spent(run.id), reserved('a'))
  answers[0]?.()
  await settle()
  isNear(await runs.spent(run.id), told(10, 20))
  const late = (await runs.rows(run.id)).find(({ kind }) => kind === 'late')
  assert.is(((late?.data ?? {}) as JsonObject).output !== undefined, true)
})

test('a stopped call is charged the worst case, though others wait for its reservation', async () => {
  const { perform, reserved, calls } = remembering(async ({ prompt }, context) => {
    if (prompt === 'slow') return untilAborted(context.signal)
    context.usage(usageOf(10, 20))
    return { text: 'hi' }
  })
  const runs = createLimitedRuns(
    workflow(`  - id: race
    parallel:
      one: [${step('slow')}]
      other: [${step('fast')}]
    join: any
  - ${step('next')}`),
    { perform },
  )
  const run = await runs.start()
  await endOf(run)
  assert.equal([...calls.keys()], ['slow', 'fast', 'next'])
  isNear(await runs.spent(run.id), reserved('slow'), told(10, 20), told(10, 20))
})

const CHILD = `workflow: child\nsteps:\n  - ${step('one')}\n  - ${step('two')}\n`

test('unknown usage of a child counts for its parent, and is in its journal', async () => {
  const { perform, reserved } = remembering(async ({ prompt }, context) => {
    if (prompt === 'after') return never()
    context.usage(prompt === 'one' ? NO_NUMBERS : usageOf(10, 20))
    return { text: 'hi' }
  })
  const text = workflow(`  - { id: c, workflow: child.yaml }\n  - ${step('after')}`)
  const runs = createLimitedRuns(text, { perform, children: { 'child.yaml': CHILD } })
  const run = await runs.start()
  await settle()
  isNear(await runs.spent(run.id), reserved('one'), told(10, 20))
  const row = (await runs.rows(run.id)).find(({ kind }) => kind === 'outcome')
  assert.equal(
    ((row?.data ?? {}) as { usage?: JsonObject[] }).usage?.map(({ provider, cost_usd }) => [provider, cost_usd]),
    [['workflow', null]],
  )
  await runs.clock.advance(60_000)
  await runs.resume(run.id)
  await settle()
  isNear(await runs.spent(run.id), reserved('one'), told(10, 20), reserved('after'))
})

test('a child that goes on in another process counts once', async () => {
  let isFirst = true
  const { perform, reserved } = remembering(async ({ prompt }, context) => {
    if (prompt === 'two' && isFirst) return never()
    context.usage(prompt === 'one' ? NO_NUMBERS : usageOf(10, 20))
    return { text: 'hi' }
  })
  const text = workflow(`  - { id: c, workflow: child.yaml }\n  - ${step('after')}`)
  const runs = createLimitedRuns(text, { perform, children: { 'child.yaml': CHILD } })
  const run = await runs.start()
  await settle()
  isFirst = false
  await runs.clock.advance(60_000)
  const next = await runs.resume(run.id)
  await settle()
  await runs.clock.advance(60_000)
  await endOf(next)
  // The second call of the child was lost, and retried once.
  isNear(await runs.spent(run.id), reserved('one'), reserved('two'), told(10, 20), told(10, 20))
})

test('the spending of a stopped child counts', async () => {
  const { perform, reserved } = remembering(async ({ prompt }, context) => {
    if (prompt === 'two') return untilAborted(context.signal)
    if (prompt === 'after') return never()
    if (prompt === 'fast') await settle()
    context.usage(usageOf(10, 20))
    return { text: 'hi' }
  })
  const text = workflow(`  - id: race
    parallel:
      one: [{ id: c, workflow: child.yaml }]
      other: [${step('fast')}]
    join: any
  - ${step('after')}`)
  const runs = createLimitedRuns(text, { perform, children: { 'child.yaml': CHILD } })
  const run = await runs.start()
  await settle()
  await settle()
  isNear(await runs.spent(run.id), told(10, 20), told(10, 20), reserved('two'))
})

test.run()
