import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkText } from '../compiler/check/check-text.ts'
import { startWorkflow } from '../support/run-workflow.ts'

const emitting = (keys: string): string =>
  `workflow: shop\ninput: { order: string }\nsteps: [{ id: tell, emit: order.paid, with: { n: 1 }, ${keys} }]\n`

const test = suite('attributes of emitted events')

test('an event carries the subject and the source that its step gives, and else the source of its workflow', async () => {
  const given = await startWorkflow(emitting('subject: "order/${input.order}", source: "shop/${input.order}"'), {
    input: { order: '7' },
  })
  await given.finish()
  const [event] = await given.store.listEvents()
  assert.equal([event?.subject, event?.source], ['order/7', 'shop/7'])
  const plain = await startWorkflow(emitting('key: "\'k\'"'), { input: { order: '7' } })
  await plain.finish()
  const [other] = await plain.store.listEvents()
  assert.equal([other?.subject, other?.source], [undefined, 'troupe/shop'])
})

test('an empty subject is a finding, and one that is empty in the run is a fault that names the key', async () => {
  assert.equal(checkText(emitting('subject: ""')).errors, ['3:64 wrong_shape'])
  const { finish } = await startWorkflow(emitting('subject: "${input.order}"'), { input: { order: '' } })
  const exit = await finish()
  const error = exit.kind === 'ended' ? exit.end.error : null
  assert.is(error?.code, 'expression_failed')
  assert.match(error?.message ?? '', "'subject' of step 'tell': expected a text that is not empty")
})

test.run()
