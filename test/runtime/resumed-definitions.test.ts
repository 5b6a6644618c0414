import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Fault } from '../../src/core/fault.ts'
import { ResumedDefinitions } from '../../src/runtime/resumed-definitions.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { RunRecord } from '../../src/store/store.ts'
import { catchFault } from '../support/catch-fault.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { createDefinition } from '../support/store-values.ts'

const COMPILED = compileWorkflow('steps: [{ id: a, set: { n: 1 } }]')
const RUN = { id: 'r-1', definition: createDefinition().hash } as RunRecord

/** One definition in the store; `compile` gives the result of compiling it, each time. */
const createDefinitions = async (...compile: (() => typeof COMPILED)[]) => {
  const store = createMemoryStore()
  await store.saveDefinition(createDefinition())
  let compilations = 0
  const definitions = new ResumedDefinitions({
    store,
    recompile: async () => (compile[compilations++] ?? (() => COMPILED))(),
  })
  return { definitions, compilations: () => compilations }
}

const test = suite('resumed definitions')

test('runs that come together share one compilation', async () => {
  const { definitions, compilations } = await createDefinitions()
  const all = await Promise.all([1, 2, 3].map(() => definitions.compile(RUN, { models: {}, env: {} })))
  assert.ok(all.every((one) => one === COMPILED))
  await definitions.compile(RUN, {})
  assert.is(compilations(), 1)
})

test('other models or other variables need another compilation', async () => {
  const { definitions, compilations } = await createDefinitions()
  await definitions.compile(RUN, {})
  await definitions.compile(RUN, { models: { default: 'mock/echo' } })
  await definitions.compile(RUN, { env: { REGION: 'eu' } })
  await definitions.compile(RUN, { env: { REGION: 'us' } })
  assert.is(compilations(), 3)
})

test('after a failure the next run tries again', async () => {
  const { definitions } = await createDefinitions(() => {
    throw new Fault('invalid_input', 'does not compile')
  })
  const failed = await catchFault(() => definitions.compile(RUN, {}))
  assert.is(failed.code, 'invalid_input')
  assert.is(await definitions.compile(RUN, {}), COMPILED)
})

test('a definition that the store no longer has is not found', async () => {
  const { definitions } = await createDefinitions()
  const missing = { ...RUN, definition: 'e'.repeat(64) }
  const { code, message } = await catchFault(() => definitions.compile(missing, {}))
  assert.is(code, 'not_found')
  assert.match(message, "the definition of run 'r-1' is not in")
})

test.run()
