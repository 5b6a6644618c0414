/** R10: bad input kills nothing and blocks nothing: not the compiler, not a submission, not a server with others' runs in it. */
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { createLocal } from '../../src/app/local.ts'
import { compile } from '../../src/compiler/compile.ts'
import { createSource } from '../../src/compiler/source.ts'
import { isFault } from '../../src/core/fault.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { createToolOptions } from '../support/tool-options.ts'
import { reportFigure } from './figure.ts'
import { inForm, SEED } from './form.ts'
import { HOSTILE, PROBE, readBlocked, submitHostile } from './hostile-sources.ts'
import { randomInput, randomText } from './random-text.ts'
import { onStage, type Stage, until } from './stage.ts'

const TEXTS = inForm(1_000, 50_000)
const INPUTS = inForm(1_000, 50_000)

const test = suite('bad input')

test('R10 any text either compiles or is answered with findings', () => {
  const catalogue = createCatalogue()
  const found = { texts: 0, compiled: 0, findings: 0 }
  let slowestMs = 0
  void fc.assert(
    fc.property(randomText(), (text) => {
      const started = performance.now()
      const { compiled, diagnostics } = compile(createSource('random.yaml', text), { catalogue })
      slowestMs = Math.max(slowestMs, performance.now() - started)
      found.texts++
      if (compiled !== undefined) found.compiled++
      else found.findings++
      assert.is(
        compiled === undefined,
        diagnostics.some(({ severity }) => severity === 'error'),
      )
    }),
    { numRuns: TEXTS, seed: SEED },
  )
  reportFigure({ id: 'R10', counts: { ...found, slowest_ms: Math.round(slowestMs) }, isKept: found.texts === TEXTS })
})

const STRICT = `workflow: strict
input:
  name: string
  count: { type: integer, minimum: 0, default: 1 }
  kind?: { enum: [a, b] }
steps: [{ id: a, set: { n: "input.name" } }]
`

test('R10 any input is either taken or refused with a fault', async () => {
  const local = createLocal({ store: createMemoryStore(), tools: createToolOptions() })
  const workflow = compileWorkflow(STRICT)
  const found = { inputs: 0, taken: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(randomInput(), fc.option(fc.string({ maxLength: 3 }), { nil: undefined }), async (input, key) => {
      found.inputs++
      try {
        await local.submit(workflow, { input, ...(key === undefined ? {} : { key }) })
        found.taken++
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown
        assert.ok(['invalid_input', 'conflict'].includes(thrown.code), thrown.code)
        found.refused++
      }
    }),
    { numRuns: INPUTS, seed: SEED },
  )
  assert.is(({} as { polluted?: unknown }).polluted, undefined)
  reportFigure({ id: 'R10', counts: found, isKept: found.inputs === INPUTS })
})

const steps = (count: number): string =>
  Array.from({ length: count }, (_, index) => {
    const value = index === 0 ? '1' : `steps.s${index - 1}.output.v + 1`
    return `  - { id: s${index}, set: { v: "${value}" } }`
  }).join('\n')

/** As many steps as a file may have nodes for, about. */
const HUGE = `workflow: huge\nsteps:\n${steps(1_400)}\n`

test('R10 a server goes on, and is not blocked, while definitions take long or can not be compiled', () =>
  onStage(
    { 'huge.yaml': HUGE, 'small.yaml': 'workflow: small\nsteps: [{ id: a, set: { n: 1 } }]\n' },
    async (stage) => {
      const server = await stage.serve({ env: { NODE_OPTIONS: `--import=${PROBE}` } })
      await stage.submit(stage.compile('small.yaml'))
      await untilAllEnd(stage)
      await readBlocked(server)
      const names = Object.keys(HOSTILE)
      for (const name of names) await submitHostile(stage, HOSTILE[name] ?? '')
      const refused = (): number => server.notices().filter(({ type }) => type === 'problem').length
      await until('all are refused', () => refused() >= names.length, { withinMs: 120_000 })
      const { blockedMs: hostileMs } = await readBlocked(server)
      await stage.submit(stage.compile('huge.yaml'))
      await until('the huge one ends', async () => (await stage.store.listRuns({ status: 'completed' })).length === 2)
      const { blockedMs: hugeMs } = await readBlocked(server)
      assert.is(server.child.exitCode, null)
      const counts = { hostile: names.length, refused: refused(), blocked_ms: hostileMs, blocked_by_huge_ms: hugeMs }
      reportFigure({ id: 'R10', counts, isKept: Math.max(hostileMs, hugeMs) <= 200 })
      assert.ok(hostileMs <= 200, `the event loop was blocked for ${hostileMs} ms`)
    },
  ))

const untilAllEnd = ({ store }: Stage): Promise<number> =>
  until('all runs end', async () => (await store.listRuns({ status: 'running', limit: 1 })).length === 0)

test.run()
