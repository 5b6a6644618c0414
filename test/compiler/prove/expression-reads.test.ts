import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isRead, listReads } from '../../../src/compiler/prove/expression-reads.ts'

const test = suite('reads of expressions')

const readsOf = (...texts: string[]): string[] =>
  listReads(texts.map((text) => ({ text, toOffset: (index: number) => index }))).map((path) => path.join('.'))

const CASES: [expression: string, reads: string[]][] = [
  ['input.order.id', ['input.order.id']],
  ['steps.?x.?output.?why.orValue("")', ['steps.x.output.why']],
  ['input["a b"]', ['input.a b']],
  ['input.list[input.index].name', ['input.list', 'input.index']],
  ['input.list.map(item, item.id)', ['input.list', 'item.id']],
  ['has(input.a) && !input.b', ['input.a', 'input.b']],
  ['{"k": input.a, "l": [input.b ? 1 : 2]}', ['input.a', 'input.b']],
  ['cel.bind(x, input.a, x.b)', ['input.a', 'x.b']],
  ['1 +', []],
]

for (const [expression, reads] of CASES)
  test(expression, () => {
    assert.equal(readsOf(expression), reads)
  })

test('a value is read with the whole that it is in, and by each of its parts', () => {
  const reads = [
    ['input', 'order', 'id'],
    ['steps', 'x'],
  ]
  assert.ok(isRead(['input', 'order'], reads) && isRead(['input', 'order', 'id', 'part'], reads))
  assert.ok(isRead(['steps', 'x', 'output', 'why'], reads))
  assert.not.ok(isRead(['input', 'name'], reads) || isRead(['steps', 'y'], reads))
})

test('expressions are found wherever they stand, also in maps, and once', () => {
  const text = { text: 'input.a', toOffset: (index: number) => index }
  assert.is(listReads({ steps: [new Map([['k', { value: text }]]), text] }).length, 1)
})

test.run()
