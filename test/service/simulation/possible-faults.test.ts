import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findFaults } from '../../../src/service/simulation/possible-faults.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'

const test = suite('possible faults')

test('faults that a handler names come first, and one without a handler is among the leading ones', () => {
  const faults = findFaults(
    compileWorkflow(`
steps:
  - id: block
    on_error: { not_found: behind }
    do:
      - id: fetch
        tool: http.get
        with: { url: "http://example.test" }
        on_error: { timeout: continue, loop_exhausted: behind }
      - id: behind_fetch
        set: { a: 1 }
  - id: behind
    set: { a: 1 }
`),
  ).get('fetch')
  assert.equal(faults?.leading, ['not_found', 'timeout', 'unavailable'])
  assert.equal(faults?.all.slice(0, 2), ['not_found', 'timeout'])
})

test('a writing tool may leave its outcome unknown, one with a key may not', () => {
  const codes = findFaults(
    compileWorkflow(`
steps:
  - { id: plain, tool: http.post, with: { url: "http://example.test" } }
  - { id: keyed, tool: http.post, with: { url: "http://example.test" }, key: "'k'" }
`),
  )
  assert.ok(codes.get('plain')?.all.includes('outcome_unknown'))
  assert.not(codes.get('keyed')?.all.includes('outcome_unknown'))
})

test.run()
