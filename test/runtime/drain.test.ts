import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'

const TWO = `
steps:
  - { id: a, llm: mock/echo, prompt: a }
  - { id: b, llm: mock/echo, prompt: b }
`

/** A process that writes this row dies at once. */
const isLeft = ({ kind, data }: JournalRow): boolean => kind === 'left' && (data as { is_left: boolean }).is_left

const test = suite('a draining run')

test('leaves as soon as nothing is in flight, and no effect that had not begun counts as lost', async () => {
  const performed: string[] = []
  let isTold = false
  const { processes, rows } = await driveRun({
    compiled: compileWorkflow(TWO),
    world: new ScriptedWorld({ decide: (id) => ({ output: { text: id } }), onPerform: (id) => performed.push(id) }),
    judge: (_nth, { rows: written = [] }) => (written.some(isLeft) ? 'keep' : 'pass'),
    onQuiet({ run }) {
      if (isTold) return false
      isTold = true
      run.drain(() => true)
      return true
    },
    onBoot: () => {
      if (isTold) performed.push('another process')
    },
  })
  assert.equal(performed, ['a#1', 'another process', 'b#1'])
  assert.is(processes, 2)
  assert.equal(
    rows.map(({ kind }) => kind),
    ['created', 'outcome', 'left', 'left', 'outcome'],
  )
})

test.run()
