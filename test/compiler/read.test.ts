import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fixedBound } from '../../src/compiler/bound.ts'
import type { StepOf } from '../../src/compiler/document.ts'
import { readText } from '../support/read-text.ts'

const COMPLETE = readFileSync(new URL('../fixtures/complete-example.yaml', import.meta.url), 'utf8')

const test = suite('read')

test('the complete example of the language has no findings', () => {
  const { workflow, found } = readText(COMPLETE)
  assert.equal(found, [])
  assert.equal(
    workflow?.steps.map(({ id, kind }) => `${id.value}: ${kind}`),
    [
      'classify: llm',
      'route: switch',
      'gather: parallel',
      'grades: foreach',
      'drafting: loop',
      'ask_human: approve',
      'send: tool',
      'give_up: fail',
    ],
  )
  assert.equal(workflow?.input?.value.required, ['ticket'])
  assert.equal(workflow?.models.get('judge')?.value.length, 2)
  assert.equal(workflow?.limits.timeMs?.value, 6 * 3_600_000)
})

test('durations, defaults and forms of on_error reach the document', () => {
  const { workflow } = readText(COMPLETE)
  const [classify, , , grades, drafting] = workflow?.steps ?? []
  const { retry, timeoutMs } = classify as StepOf<'llm'>
  assert.equal(
    [retry?.max?.value, retry?.backoffMinMs, retry?.backoffMaxMs, fixedBound(timeoutMs)],
    [3, 1000, 20_000, 30_000],
  )
  assert.equal(fixedBound((grades as StepOf<'foreach'>).concurrency), 4)
  assert.equal((drafting as StepOf<'loop'>).onMax, 'fail')
  const onError = workflow?.steps.find(({ id }) => id.value === 'ask_human')?.onError
  assert.equal(onError?.kind === 'map' && onError.cases.map(({ code, action }) => [code.value, action.value]), [
    ['rejected', 'give_up'],
    ['timeout', 'give_up'],
  ])
})

test('a malformed step hides no other, and no finding of theirs', () => {
  const { workflow, codes } = readText(`workflow: a
steps:
  - id: first
    tol: x
  - id: second
    loop: { until: "true" }
    do:
      - { id: inner, set: { done: true }, timeout: soon }
  - id: third
    set: { done: true }
    nxt: end
`)
  assert.equal(codes, ['4:5 unknown_kind', '6:11 missing_key', '8:52 bad_duration', '11:5 unknown_key'])
  assert.equal(
    workflow?.steps.map(({ id, kind, malformed = false }) => `${id.value} ${kind} ${malformed}`),
    ['first set true', 'second loop false', 'third set true'],
  )
})

test('what can not be read leaves the rest of a workflow to be checked', () => {
  const { workflow, codes } = readText('steps:\n  - { id: a, set: { x: 1 } }\nmodels: 5\n')
  assert.equal(codes, ['1:1 missing_key', '3:9 wrong_shape'])
  assert.is(workflow?.steps.length, 1)
})

test('two kinds in one step are one finding, and the first counts', () => {
  const { workflow, codes } = readText(
    'workflow: a\nsteps:\n  - { id: a, foreach: b, loop: { max: 1 }, do: [{ id: b, set: { x: 1 } }] }\n',
  )
  assert.equal(codes, ['3:26 several_kinds'])
  assert.is(workflow?.steps[0]?.kind, 'foreach')
})

test('aliases are expanded, and findings in them stand at their anchor', () => {
  const { workflow, codes } = readText(`workflow: a
steps:
  - { id: a, tool: x, retry: &often { max: 0, backoff: 1s..2s } }
  - { id: b, tool: x, retry: *often, with: &input { n: 1 } }
  - { id: c, tool: x, with: *input }
`)
  assert.equal(codes, ['3:44 wrong_shape'])
  const last = workflow?.steps[2]
  assert.is(last?.kind === 'tool' && last.with?.kind, 'map')
})

const HOSTILE: Record<string, string> = {
  '100,000 open brackets': '['.repeat(100_000),
  '100,000 open braces': '{'.repeat(100_000),
  '100,000 dashes': '- '.repeat(100_000),
  '80,000 question marks': '? '.repeat(80_000),
  'an alias bomb': ['a: &a [x,x,x,x,x,x,x,x,x]', ...nestAliases()].join('\n'),
  'a line of 256 KB': `a: ${'x'.repeat(256 * 1024 - 3)}`,
  'a file of 1 MiB': 'a: b\n'.repeat(200_000),
  '120,000 empty lines': '\n'.repeat(120_000),
  '60,000 comments': `a: 1\n${'#\n'.repeat(60_000)}b: 1`,
  '4,900 unknown keys': Array.from({ length: 4900 }, (_, index) => `key_${index}: 1`).join('\n'),
  'a type with 100,000 brackets': `workflow: a\ninput: { a: "string${'[]'.repeat(100_000)}" }`,
  'a template with 100,000 openings': `workflow: a\nsteps: [{ id: a, llm: a, prompt: "${'${'.repeat(100_000)}" }]`,
}

function nestAliases(): string[] {
  return [...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`)
}

/** Generous, for a machine that does other things too; what is not linear takes many times as long, or ends the process. */
const LONGEST_MS = 1000

for (const [title, text] of Object.entries(HOSTILE)) {
  test(`${title}: a finding, at once`, () => {
    const before = performance.now()
    const { found } = readText(text)
    assert.ok(found.length > 0)
    assert.ok(performance.now() - before < LONGEST_MS)
  })
}

/** A valid workflow with pieces cut out, doubled or replaced by what YAML and the language give a meaning. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(COMPLETE.length),
      remove: fc.nat(20),
      insert: fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 8 }),
        fc.constantFrom(
          '\n',
          '  ',
          ': ',
          ' #',
          '- ',
          '[',
          ']',
          '{',
          '}',
          '"',
          "'",
          '!',
          '&a ',
          '*a',
          '|\n',
          '? ',
          '${',
          '}',
          '<<: ',
          '\t',
          '---\n',
        ),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((edits) =>
    edits.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), COMPLETE),
  )

const anyText = fc.oneof(mutated, fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }))

test('any text is read or diagnosed, and each finding lies in the text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const before = performance.now()
      const { workflow, found } = readText(text)
      assert.ok(performance.now() - before < LONGEST_MS)
      assert.ok(workflow !== undefined || found.length > 0)
      const lines = text.split('\n')
      for (const { line, column, message } of found) {
        assert.ok(line >= 1 && line <= lines.length, message)
        assert.ok(column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1, message)
      }
    }),
    { numRuns: 300 },
  )
})

test.run()
