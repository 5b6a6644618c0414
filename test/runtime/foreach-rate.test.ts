import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenEnd, driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'
import type { WriteFate } from '../support/watched-store.ts'

const paced = (rate: string, more = ''): string => `
steps:
  - id: f
    foreach: "[0, 1, 2, 3, 4]"
    as: n
    rate: ${rate}
    ${more}
    do:
      - { id: call, tool: text.template, with: { template: "{{ n }}", data: { n: "\${n}" } }, retry: { max: 1 } }
`

interface DriveOptions {
  judge?(nth: number): WriteFate
  fails?(id: string): boolean
}

const drive = async (text: string, { judge, fails = () => false }: DriveOptions = {}): Promise<DrivenEnd> => {
  const world = new ScriptedWorld({
    decide: (id) => (fails(id) ? { fault: { code: 'unavailable', retryable: false } } : { output: { text: id } }),
  })
  return driveRun({ compiled: compileWorkflow(text), world, ...(judge && { judge }) })
}

/** Times of the first events of the items, in milliseconds since the first one. */
const startsOf = ({ rows }: DrivenEnd): number[] => {
  const starts = rows.flatMap((row) => (row.kind === 'outcome' ? [row.data.started] : []))
  return starts.map((at) => at - Math.min(...starts)).toSorted((one, other) => one - other)
}

const test = suite('foreach with a rate')

test('at most so many items start in any time of that length', async () => {
  const end = await drive(paced('2/1s'))
  assert.is(end.record.status, 'completed')
  assert.equal(startsOf(end), [0, 0, 1_000, 1_000, 2_000])
})

test('the concurrency holds beside it', async () => {
  const end = await drive(paced('4/1s', 'concurrency: 1'))
  assert.equal(startsOf(end), [0, 0, 0, 0, 1_000])
})

test('a rate that is never reached sets no timer', async () => {
  const { rows } = await drive(paced('5/1s'))
  assert.is(rows.filter(({ kind }) => kind === 'timer').length, 0)
})

test('a process that dies at any write leaves the rate to the next one', async () => {
  const whole = await drive(paced('2/1s'))
  for (let nth = 1; nth <= whole.writes; nth++)
    for (const fate of ['lose', 'keep'] as const) {
      const end = await drive(paced('2/1s'), { judge: (write) => (write === nth ? fate : 'pass') })
      assert.is(end.record.status, 'completed', `write ${nth} ${fate}`)
      assert.equal(end.record.output, whole.record.output)
      const timers = end.rows.filter((row) => row.kind === 'timer' && row.data.timer === 'rate')
      assert.is(timers.length, 2, `write ${nth} ${fate}: ${timers.length} timers`)
    }
})

test('a foreach that ends early leaves no timer behind', async () => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const world = new ScriptedWorld({ decide: () => ({ fault: { code: 'unavailable', retryable: false } }) })
  const text = `${paced('1/1h')}    on_error: continue\n  - { id: rest, wait: { for: 2h } }\n`
  const compiled = compileWorkflow(text)
  const end = await driveRun({ compiled, world, store, clock })
  assert.is(end.record.status, 'completed')
  assert.equal(
    end.rows.flatMap((row) => (row.kind === 'timer' ? [row.data.timer] : [])),
    ['wait'],
  )
  assert.is(await store.nextDueAt(), null)
})

test.run()
