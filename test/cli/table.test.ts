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

test('columns that do not fit are left out from the right, and named', () => {
  assert.equal(render(16), ['name', '日本', 'long name', 'left out: count…'])
  assert.is(renderTable([], { columns: COLUMNS, width: 10, paint: createPaint(false) }).at(-1), 'left out:…')
})

const WITH_TEXT: Column<string>[] = [
  { title: 'id', text: () => 'r-1' },
  { title: 'text', least: 8, text: (text) => text },
  { title: 'cost', align: 'right', text: () => '$0' },
]

const renderText = (width: number): string[] =>
  renderTable(['short', 'a text that is longer than others'], { columns: WITH_TEXT, width, paint: createPaint(false) })

test('a long text is cut before a column is left out, and no more than is needed', () => {
  assert.equal(renderText(60), [
    'id   text                               cost',
    'r-1  short                                $0',
    'r-1  a text that is longer than others    $0',
  ])
  assert.equal(renderText(40), [
    'id   text                           cost',
    'r-1  short                            $0',
    'r-1  a text that is longer than o…    $0',
    'cut: text at 40 columns; --json has all',
  ])
  assert.is(renderText(18).length, 4)
  assert.is(renderText(18)[2], 'r-1  a text that …')
})

test('a table of a file or a pipe is whole', () => {
  assert.is(renderText(Number.POSITIVE_INFINITY).length, 3)
})

test.run()
