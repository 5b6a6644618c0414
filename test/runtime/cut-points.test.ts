import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { createLinkReader } from '../../src/app/project/linked-files.ts'
import { type CompiledWorkflow, compile } from '../../src/compiler/compile.ts'
import { createSource } from '../../src/compiler/source.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { checkInput } from '../../src/runtime/check-input.ts'
import type { Run } from '../../src/runtime/run.ts'
import type { OutcomeData, RunEvent } from '../../src/runtime/run-event.ts'
import { findPaths, type PathOptions, type WorkflowPath } from '../../src/service/simulation/shortest-paths.ts'
import { WALK_START } from '../../src/service/simulation/walk.ts'
import { isEventRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { InboxMessage, RunRecord } from '../../src/store/store.ts'
import { reportFigure } from '../faults/figure.ts'
import { inForm } from '../faults/form.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'
import { type DrivenEnd, driveRun } from '../support/driven-run.ts'
import { createHandClock } from '../support/hand-clock.ts'
import { type Decision, ScriptedWorld } from '../support/scripted-world.ts'
import type { WriteFate } from '../support/watched-store.ts'

/** Values that the examples need beyond an instance of each type: inputs without a default, and outputs that lead further. */
const NEEDS: Record<string, { input?: JsonValue; outputs?: PathOptions['outputs'] }> = {
  '07-sales-report.yaml': {
    outputs: {
      parse: [
        {
          columns: ['region', 'product', 'quantity', 'price', 'currency'],
          rows: [
            { region: 'north', product: 'lamp', quantity: 3, price: 1000, currency: 'EUR' },
            { region: 'south', product: 'desk', quantity: 1, price: 10, currency: 'XXX' },
          ],
        },
        { columns: [], rows: [] },
      ],
      fetch: [{ status: 200, headers: {}, body: { rates: { EUR: 1 } } }],
      totals: [{ value: { total: 3000, products: ['lamp'] } }],
    },
  },
  '12-undo.yaml': { outputs: { cars: [['Lima'], []].map((content) => ({ path: 'cars.json', size: 2, content })) } },
}

/** Most paths per example; further ones differ little. */
const MOST_PATHS = inForm(60, 300)

const catalogue = createCatalogue()

const compileExample = (file: string): CompiledWorkflow => {
  const source = createSource(file, readFileSync(join(REPOSITORY_FOLDER, 'examples', file), 'utf8'))
  const { compiled, diagnostics } = compile(source, {
    catalogue,
    links: createLinkReader(join(REPOSITORY_FOLDER, 'examples')),
  })
  if (compiled === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  // A lost effect is retried, so that every cut can end as the whole. A child run has one outcome here, as a tool has.
  const plans = new Map(
    [...compiled.plans].map(([id, plan]) => {
      const kind = plan.kind === 'workflow' ? 'tool' : plan.kind
      return [id, { ...plan, kind, onLost: 'retry' as const }]
    }),
  )
  return { ...compiled, plans }
}

const isTriedAgain = ({ plans }: CompiledWorkflow, step: string, code: string): boolean => {
  const { retry } = plans.get(step) ?? {}
  return retry !== undefined && retry.max > 1 && retry.on?.includes(code) === true
}

/** Follows a path: each event comes when all before it are recorded, however often the process dies on the way. */
const followPath = (
  compiled: CompiledWorkflow,
  { path, input, judge }: { path: WorkflowPath; input: JsonValue; judge?: (nth: number) => WriteFate },
): Promise<DrivenEnd> => {
  const clock = createHandClock(WALK_START)
  const store = createMemoryStore({ now: () => clock.now() })
  const world = new ScriptedWorld({ decide: () => 'never' })
  const tell = (event: RunEvent, run: Run): void => {
    if (event.kind === 'timer') clock.wake(event.at)
    else if (event.kind === 'decision' || event.kind === 'signal') run.receive(toMessage(event))
    else if (event.kind === 'outcome') {
      const id = `${event.path}#${event.visit}`
      const performance = [...world.performances].find((one) => one.id === id)
      if (performance === undefined) throw new Error(`'${id}' is not being performed`)
      performance.settle(toDecision(event.data))
    }
  }
  return driveRun({
    compiled,
    world,
    clock,
    store,
    input,
    ...(judge && { judge }),
    async onQuiet({ run }) {
      const rows = await store.readJournal(run.id)
      const next =
        path.events[
          rows.filter((row) => row.kind === 'created' || (isEventRow(row) && row.kind !== 'begun')).length - 1
        ]
      if (next === undefined) throw new Error('the path is at its end, and the run is not')
      tell(next, run)
      return true
    },
  })
}

const toDecision = (data: OutcomeData): Exclude<Decision, 'never'> =>
  'output' in data ? { output: data.output } : { fault: data.fault }

const toMessage = (event: Extract<RunEvent, { kind: 'decision' | 'signal' }>): InboxMessage => {
  if (event.kind === 'signal') {
    const { id, ...body } = event.data
    return { id, kind: 'signal', body }
  }
  const { path, visit, data } = event
  return { id: `${path}#${visit}`, kind: 'decision', body: { path, visit, ...data } }
}

const FATES = ['lose', 'keep'] as const satisfies WriteFate[]

const endOf = ({ status, output, error }: Pick<RunRecord, 'status' | 'output' | 'error'>) => ({ status, output, error })

const total = { examples: 0, paths: 0, cuts: 0, ended_as_the_whole: 0 }

const test = suite('cut points')

const EXAMPLES = globSync('*.yaml', { cwd: join(REPOSITORY_FOLDER, 'examples') }).sort()

for (const file of EXAMPLES) {
  test(`${file} ends the same on each of its paths, wherever its process dies`, async () => {
    const compiled = compileExample(file)
    const needs = NEEDS[file] ?? {}
    const input = await checkInput(compiled, needs.input ?? {})
    const { paths } = findPaths(compiled, {
      catalogue,
      input,
      // A fault that its own supervision would retry does not come out at once.
      mayFail: (step, code) => !isTriedAgain(compiled, step, code),
      mostPaths: MOST_PATHS,
      mostPlaces: 300,
      ...(needs.outputs === undefined ? {} : { outputs: needs.outputs }),
    })
    assert.ok(
      paths.some(({ end }) => end.status === 'completed'),
      'no way leads to its end',
    )
    let cuts = 0
    for (const path of paths) {
      const whole = await followPath(compiled, { path, input })
      const expected = withoutRunId(endOf(path.end))
      assert.equal(withoutRunId(endOf(whole.record)), expected)
      for (let cut = 1; cut <= whole.writes; cut++) {
        for (const fate of FATES) {
          const end = await followPath(compiled, { path, input, judge: (nth) => (nth === cut ? fate : 'pass') })
          assert.equal(withoutRunId(endOf(end.record)), expected)
          assert.is(end.processes, 2)
          cuts++
          total.ended_as_the_whole++
        }
      }
    }
    assert.ok(cuts >= 2 * paths.length)
    total.examples++
    total.paths += paths.length
    total.cuts += cuts
  })
}

test.after(() => {
  const { examples, cuts, ended_as_the_whole } = total
  const isKept = examples === EXAMPLES.length && cuts === ended_as_the_whole
  reportFigure({ id: 'R5', counts: total, isKept })
})

/** Each run has an id of its own, which its output may hold. */
const withoutRunId = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value).replaceAll(/r-walk|r-[0-9a-z]{10}-[0-9a-z]{6}/g, 'r')) as T

test.run()
