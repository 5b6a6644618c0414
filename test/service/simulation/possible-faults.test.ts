import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findFaults } from '../../../src/service/simulation/possible-faults.ts'
import { compileFamily, compileWorkflow } from '../../support/compile-workflow.ts'

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

test('faults are made for which the conditions of a handler hold', () => {
  const faults = findFaults(
    compileWorkflow(`
steps:
  - id: fetch
    tool: http.get
    with: { url: "http://example.test" }
    on_error:
      - { when: "error.code == 'conflict'", next: behind }
      - { when: "error.details.?status.orValue(0) >= 500 && error.details.reason.kind == 'x'", next: behind }
      - { when: "error.code == 'not_found' && error.details.status == 404", next: behind }
  - id: behind
    set: { a: 1 }
`),
  ).get('fetch')
  assert.equal(faults?.leading, ['conflict', 'not_found', 'timeout'])
  assert.equal(faults?.detailed, [
    { code: 'timeout', details: { status: 500, reason: { kind: 'x' } } },
    { code: 'not_found', details: { status: 404 } },
  ])
})

test('a step that starts a run and does not wait for it has none of the faults of that run', () => {
  const child = 'workflow: other\nsteps: [{ id: no, fail: { code: sold_out, message: No } }]'
  const codes = findFaults(
    compileFamily(
      `
steps:
  - { id: waits, workflow: other.yaml, on_error: continue }
  - { id: starts, workflow: other.yaml, detach: true }
`,
      { 'other.yaml': child },
    ),
  )
  assert.equal(codes.get('waits')?.all, ['sold_out', 'child_cancelled', 'child_budget_exceeded'])
  assert.equal(codes.get('starts')?.all, [])
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
