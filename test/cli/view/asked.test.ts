/** Views of a run that waits for a person or for its database. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLiveView } from '../../../src/cli/view/live-view.ts'
import { createPlainView } from '../../../src/cli/view/plain-view.ts'
import { StoreError } from '../../../src/store/store-error.ts'
import { createChannel } from '../../support/channel.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { startWorkflow } from '../../support/run-workflow.ts'

const ASKING = `
steps:
  - id: each
    foreach: "[1, 2, 3, 4, 5]"
    do: [{ id: ask, approve: { title: "Take \${item}?", by: [ann] }, timeout: 2h }]
`

const test = suite('views of a run that waits')

test('a terminal shows the first questions with their commands, and the number of the others', async () => {
  const { run } = await startWorkflow(ASKING)
  const channel = createChannel()
  const view = createLiveView(channel, { workflow: compileWorkflow(ASKING), isResumed: false })
  view.begin(run)
  assert.match(
    channel.text(),
    /◷ each\[0\]\/ask: waits for ann: Take 1\? \(.*\)\n {2}decide: troupe approvals approve [0-9a-f]{8} --by ann\n/,
  )
  assert.match(channel.text(), '⋮ 2 more: troupe approvals list')
  view.take({ type: 'run.held', cause: new StoreError('disk_full', 'the disk is full') })
  view.say('cancelling')
  assert.match(channel.text(), "held: the database can't be written: the disk is full")
  view.end()
  assert.not.match(channel.text().split('cancelling').at(-1) ?? '', 'approvals')
  run.leave({ kind: 'left' })
})

test('without a terminal each question is reported once', async () => {
  const { run } = await startWorkflow(ASKING)
  const channel = createChannel()
  const view = createPlainView(channel, { workflow: compileWorkflow(ASKING), isResumed: false })
  view.begin(run)
  view.ask([])
  view.ask([])
  const said = channel.text().match(/waits for ann: Take \d\?/g)
  assert.equal(said?.length, 5)
  view.take({ type: 'run.held', cause: new StoreError('disk_full', 'the disk is full') })
  view.take({ type: 'run.held', cause: undefined })
  assert.match(channel.text(), "held: the database can't be written: the disk is full; nothing is lost")
  assert.match(channel.text(), 'the database can be written again')
  run.leave({ kind: 'left' })
})

test.run()
