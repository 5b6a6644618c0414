/** R9: cancelled means stopped: the run says so within a second, requests are closed within two, and nothing is left behind. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type EffectServer, startEffectServer } from '../support/effect-server.ts'
import { NO_VENDOR_VARIABLES, WIRED_VENDORS } from '../support/wire/vendors.ts'
import { reportFigure } from './figure.ts'
import { inForm } from './form.ts'
import { onStage, type Stage, until } from './stage.ts'

const CANCELS = inForm(60, 1_000)
const AT_ONCE = inForm(30, 100)

const FILES = {
  'model.yaml': `workflow: model
input: { url: string }
steps: [{ id: ask, llm: openai/gpt-4.1-mini, prompt: hello }]
`,
  'tool.yaml': `workflow: tool
input: { url: string }
steps: [{ id: call, tool: http.post, with: { url: "\${input.url}/call" } }]
`,
  'parent.yaml': `workflow: parent
input: { url: string }
steps:
  - id: each
    foreach: "[1, 2]"
    as: n
    do: [{ id: child, workflow: ./tool.yaml, with: { url: "\${input.url}" } }]
`,
}

/** How many requests each has in flight. */
const KINDS = [
  ['model.yaml', 1],
  ['tool.yaml', 1],
  ['parent.yaml', 2],
] as const

interface Slowest {
  acknowledgedMs: number
  closedMs: number
  left: number
}

const test = suite('cancels')

test('R9 are acknowledged within 1 s, close what is in flight within 2 s, and leave nothing behind', async () => {
  const server = await startEffectServer(() => Number.POSITIVE_INFINITY)
  const [openai] = WIRED_VENDORS
  const env = { ...NO_VENDOR_VARIABLES, ...openai?.variables(server.url, 'planted-key-5510') }
  try {
    await onStage(FILES, async (stage) => {
      await stage.serve({ env })
      const slowest: Slowest = { acknowledgedMs: 0, closedMs: 0, left: 0 }
      for (let cancelled = 0; cancelled < CANCELS; cancelled += AT_ONCE) await cancelMany(stage, server, slowest)
      const { acknowledgedMs, closedMs, left } = slowest
      reportFigure({
        id: 'R9',
        counts: {
          cancels: CANCELS,
          requests: server.seen.length,
          acknowledged_ms: acknowledgedMs,
          closed_ms: closedMs,
          orphans: left,
        },
        isKept: acknowledgedMs <= 1_000 && closedMs <= 2_000 && left === 0,
      })
      assert.is(left, 0)
      assert.ok(acknowledgedMs <= 1_000, `the last one was acknowledged after ${acknowledgedMs} ms`)
      assert.ok(closedMs <= 2_000, `the last request was closed after ${closedMs} ms`)
    })
  } finally {
    await server.close()
  }
})

/** So many at once, of all kinds, each when its requests are in flight. */
const cancelMany = async (stage: Stage, server: EffectServer, slowest: Slowest): Promise<void> => {
  const { store } = stage
  const kinds = Array.from({ length: AT_ONCE }, (_, index) => KINDS[index % KINDS.length] ?? KINDS[0])
  const ids = await Promise.all(kinds.map(([file]) => stage.submit(stage.compile(file), { url: server.url })))
  const requests = kinds.reduce((total, [, count]) => total + count, 0)
  await until('all are in flight', () => server.open() === requests)
  const postedAt = Date.now()
  await Promise.all(ids.map((id) => store.post(id, { id: `cancel-${id}`, kind: 'cancel', body: { by: 'test' } })))
  await until('all requests are closed', () => server.open() === 0, { everyMs: 5, withinMs: 10_000 })
  slowest.closedMs = Math.max(slowest.closedMs, Date.now() - postedAt)
  await until('all runs end', async () => (await store.listRuns({ status: 'running', limit: 1 })).length === 0)
  for (const id of ids) {
    const { status, endedAt } = await stage.record(id)
    assert.is(status, 'cancelled')
    slowest.acknowledgedMs = Math.max(slowest.acknowledgedMs, (endedAt ?? 0) - postedAt)
    const children = await store.listRuns({ parent: id })
    slowest.left += children.filter((child) => child.status !== 'cancelled').length
  }
  slowest.left += server.open()
}

test.run()
