import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPaint } from '../../src/cli/paint.ts'
import { type Column, renderTable } from '../../src/cli/table.ts'

const test = suite('table')

const COLUMNS: Column<[string, string]>[] = [
  { title: 'name', text: ([name]) => name },
  { title: 'count', align: 'right', text: ([, count]) => count },
]

const render = (width: number): string[] =>
  renderTable(
    [
      ['日本', '5'],
      ['long name', '12,345'],
    ],
    { columns: COLUMNS, width, paint: createPaint(false) },
  )

test('columns are as wide as their widest cell', () => {
  assert.equal(render(80), ['name        count', '日本            5', 'long name  12,345'])
})

test('what does not fit is left out from the right', () => {
  assert.equal(render(16), ['name', '日本', 'long name'])
})

test.run()
