import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkText } from './check-text.ts'

const EXAMPLE = readFileSync(new URL('../../fixtures/complete-example.yaml', import.meta.url), 'utf8')

const test = suite('the complete example of the language')

test('it passes, with warnings about what later releases bring', () => {
  const { errors, warnings } = checkText(EXAMPLE)
  assert.equal(errors, [])
  assert.ok(warnings.length > 0)
  assert.ok(warnings.every((warning) => warning.endsWith('not_available_yet')))
})

/** Puts a mistake in, and gives the place of it as `LINE:COLUMN`. */
const spoil = (text: string, change: { from: string; to: string; at: string }): { text: string; place: string } => {
  const start = text.indexOf(change.from)
  if (start === -1) throw new Error(`the example has no '${change.from}'`)
  const before = text.slice(0, start + change.to.indexOf(change.at)).split('\n')
  const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
  return { text: text.replace(change.from, change.to), place }
}

test('a misspelt step, a wrong field, a wrong type and an unguarded read are found in one pass, each at its place', () => {
  const mistakes = [
    { code: 'unknown_step', from: 'next: ask_human', to: 'next: ask_humen', at: 'ask_humen' },
    { code: 'type_mismatch', from: 'limit: 5 }', to: 'limit: "five" }', at: '"five"' },
    { code: 'unknown_field', from: 'steps.search.output.items', to: 'steps.search.output.itemz', at: 'itemz' },
    {
      code: 'unassigned_output',
      from: `json: { text: "\${steps.?write.?output.?text.orValue('')}" }`,
      to: `json: { text: "\${steps.write.output.text}" }`,
      at: 'steps.write.output',
    },
  ]
  let text = EXAMPLE
  const expected: string[] = []
  for (const { code, ...change } of mistakes) {
    const spoilt = spoil(text, change)
    text = spoilt.text
    expected.push(`${spoilt.place} ${code}`)
  }
  const { errors, diagnostics } = checkText(text)
  assert.equal(errors, expected)
  const unguarded = diagnostics.find(({ code }) => code === 'unassigned_output')
  assert.match(unguarded?.message ?? '', "'write' has not completed when 'route' takes case 1 → 'ask_humen'")
  assert.is(unguarded?.hint, 'write steps.?write.?output.?text.orValue(…)')
})

test('reading and checking it takes under 50 ms', () => {
  checkText(EXAMPLE)
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    checkText(EXAMPLE)
    return performance.now() - start
  })
  assert.ok(Math.min(...times) < 50, `took ${Math.min(...times)} ms`)
})

test.run()
