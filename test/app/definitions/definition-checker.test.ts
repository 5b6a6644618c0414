import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DefinitionChecker } from '../../../src/app/definitions/definition-checker.ts'
import { toDefinition } from '../../../src/runtime/new-run.ts'
import { catchFault } from '../../support/catch-fault.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'

const test = suite('the thread that checks definitions')

const DEFINITION = toDefinition(compileWorkflow('steps: [{ id: one, set: { n: 1 } }]'))

test('a check under way, and one that comes later, find the server stopping, and the definition not wrong', async () => {
  const checker = new DefinitionChecker()
  const underWay = catchFault(() => checker.check(DEFINITION, {}))
  await checker.close()
  for (const fault of [await underWay, await catchFault(() => checker.check(DEFINITION, {}))]) {
    assert.is(fault.code, 'unavailable')
    assert.is(fault.message, 'the server is stopping')
    assert.ok(fault.retryable)
  }
})

test('several checks at once are each answered for themselves', async () => {
  const checker = new DefinitionChecker()
  const broken = { ...DEFINITION, source: 'workflow: example\nsteps: [{ id: one, sett: { n: 1 } }]' }
  const [first, second, third] = await Promise.allSettled([
    checker.check(DEFINITION, {}),
    checker.check(broken, {}),
    checker.check(DEFINITION, {}),
  ])
  assert.equal([first.status, second.status, third.status], ['fulfilled', 'rejected', 'fulfilled'])
  await checker.close()
})

test.run()
