import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLocal } from '../../src/app/local.ts'
import { createSource } from '../../src/compiler/source.ts'
import { Fault } from '../../src/core/fault.ts'
import type { RunExit } from '../../src/runtime/run.ts'
import type { OwnActor } from '../../src/service/own-actor.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createToolOptions } from '../support/tool-options.ts'

const WORKFLOW = `workflow: w
models: { default: [one/m, two/m, three/m] }
steps:
  - { id: ask, llm: default, prompt: hello, retry: { max: 2, backoff: 1ms..1ms } }`

/** Plays the workflow with three providers. Each fails this often with this code before it answers. */
const play = async (
  faults: Record<string, { code: string; times: number; waitMs?: number } | undefined>,
): Promise<{ exit: RunExit; asked: string[]; rows: JournalRow[] }> => {
  const asked: string[] = []
  const provider = (name: string): OwnActor => ({
    kind: 'llm',
    name,
    description: name,
    writes: false,
    input: {},
    output: {},
    perform: async () => {
      asked.push(name)
      const fault = faults[name]
      const failures = asked.filter((one) => one === name).length
      if (fault !== undefined && failures <= fault.times)
        throw new Fault(fault.code, 'no', {
          retryable: ['unavailable', 'rate_limited', 'timeout'].includes(fault.code),
          ...(fault.waitMs !== undefined && { details: { retry_after_ms: fault.waitMs } }),
        })
      return { text: `from ${name}` }
    },
  })
  const store = createMemoryStore()
  const local = createLocal({ store, tools: createToolOptions(), actors: ['one', 'two', 'three'].map(provider) })
  const { compiled, diagnostics } = local.compile(createSource('w.yaml', WORKFLOW))
  assert.ok(compiled, JSON.stringify(diagnostics))
  const run = await local.start(compiled)
  const exit = await run.exited
  const rows = await store.readJournal(run.id)
  await local.close()
  return { exit, asked, rows }
}

const outputOf = (exit: RunExit): unknown => exit.kind === 'ended' && (exit.end.output ?? exit.end.error?.code)

const test = suite('a fallback order of models')

test('the first model that answers is the only one called', async () => {
  const { exit, asked } = await play({})
  assert.equal(outputOf(exit), { text: 'from one' })
  assert.equal(asked, ['one'])
})

for (const code of ['unauthorized', 'not_found', 'too_large'])
  test(`${code} falls back to the next model at once`, async () => {
    const { exit, asked } = await play({ one: { code, times: 9 } })
    assert.equal(outputOf(exit), { text: 'from two' })
    assert.equal(asked, ['one', 'two'])
  })

for (const code of ['unavailable', 'rate_limited', 'timeout'])
  test(`${code} falls back when the retries are used up, and the next model has all of its own`, async () => {
    const { exit, asked, rows } = await play({ one: { code, times: 9 }, two: { code, times: 1 } })
    assert.equal(outputOf(exit), { text: 'from two' })
    assert.equal(asked, ['one', 'one', 'two', 'two'])
    assert.equal(
      rows.filter(({ kind }) => kind === 'attempt').map(({ data }) => (data as { choice?: number }).choice),
      [0, 1, 1],
    )
  })

test('a long wait that a server asks for is not made while another model is left', async () => {
  const { exit, asked } = await play({ one: { code: 'rate_limited', times: 9, waitMs: 31_000 } })
  assert.equal(outputOf(exit), { text: 'from two' })
  assert.equal(asked, ['one', 'two'])
})

for (const code of ['invalid_input', 'invalid_output', 'refused'])
  test(`${code} says as much of the next model: it is not called`, async () => {
    const { exit, asked } = await play({ one: { code, times: 9 } })
    assert.is(outputOf(exit), code)
    assert.equal(asked, ['one'])
  })

test('a refusal is an answer: the next model is not called', async () => {
  const { exit, asked } = await play({ one: { code: 'refused', times: 9 } })
  assert.is(outputOf(exit), 'refused')
  assert.equal(asked, ['one'])
})

test('the fault of the last model is the fault of the step', async () => {
  const fault = { code: 'unavailable', times: 9 }
  const { exit, asked } = await play({ one: fault, two: { code: 'not_found', times: 9 }, three: fault })
  assert.is(outputOf(exit), 'unavailable')
  assert.equal(asked, ['one', 'one', 'two', 'three', 'three'])
})

test.run()
