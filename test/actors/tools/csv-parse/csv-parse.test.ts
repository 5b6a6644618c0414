import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findColumnProblem } from '../../../../src/actors/tools/csv-parse/csv.ts'
import { loadTool } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const csv = suite('csv.parse')

const tool = await loadTool('csv.parse', createToolOptions())

const parse = async (text: string, options: JsonObject = {}): Promise<JsonObject> =>
  (await tool.perform({ text, ...options }, createActorContext())) as JsonObject

const CELLS: [text: string, rows: string[][]][] = [
  ['', []],
  ['a', [['a']]],
  ['a,b', [['a', 'b']]],
  ['a,b\n', [['a', 'b']]],
  [
    'a,b\r\nc,d\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['a\rb\rc', [['a'], ['b'], ['c']]],
  ['\uFEFFa,b', [['a', 'b']]],
  ['\uFEFF"a",b', [['a', 'b']]],
  ['a,,b', [['a', '', 'b']]],
  [
    ',\n,',
    [
      ['', ''],
      ['', ''],
    ],
  ],
  ['a,', [['a', '']]],
  ['"a,b"', [['a,b']]],
  [
    '"a\nb",c\nd,e',
    [
      ['a\nb', 'c'],
      ['d', 'e'],
    ],
  ],
  ['"say ""hi"""', [['say "hi"']]],
  ['""', [['']]],
  ['"",""', [['', '']]],
  ['""""', [['"']]],
  ['a "quoted" word', [['a "quoted" word']]],
  [' a , b ', [[' a ', ' b ']]],
  ['a\n\n\nb\n\n', [['a'], ['b']]],
]

for (const [text, rows] of CELLS)
  csv(`${JSON.stringify(text)} is ${JSON.stringify(rows)}`, async () => {
    assert.equal(await parse(text, { header: false }), { rows, columns: [] })
  })

csv('rows are objects by the names in the first', async () => {
  assert.equal(await parse('name, age\nAda,36\n'), { rows: [{ name: 'Ada', age: '36' }], columns: ['name', 'age'] })
  assert.equal(await parse('name,age\n'), { rows: [], columns: ['name', 'age'] })
  assert.equal(await parse(''), { rows: [], columns: [] })
})

csv('a column may have any name, that of a prototype too', async () => {
  const { rows } = await parse('__proto__,constructor\n1,2')
  assert.is(JSON.stringify(rows), '[{"__proto__":"1","constructor":"2"}]')
})

const TYPED: [cell: string, value: JsonValue][] = [
  ['1', 1],
  ['-1.5', -1.5],
  ['1e3', 1000],
  ['0', 0],
  ['007', '007'],
  ['1_000', '1_000'],
  ['+1', '+1'],
  ['.5', '.5'],
  ['NaN', 'NaN'],
  ['1e999', '1e999'],
  ['9007199254740993', '9007199254740993'],
  ['-9007199254740991', -9007199254740991],
  ['9007199254740993.0', '9007199254740993.0'],
  ['9007199254740993e0', '9007199254740993e0'],
  ['3.141592653589793238', '3.141592653589793238'],
  ['0.30000000000000004', 0.30000000000000004],
  ['true', true],
  ['false', false],
  ['True', 'True'],
  ['', null],
  ['"1"', '1'],
  ['""', ''],
  [' 1', ' 1'],
]

for (const [cell, value] of TYPED)
  csv(`with types the cell ${cell || '(empty)'} is ${JSON.stringify(value)}`, async () => {
    assert.equal((await parse(`a,b\nx,${cell}`, { types: true })).rows, [{ a: 'x', b: value }])
  })

csv('the delimiter may be any character', async () => {
  for (const delimiter of [';', '\t', '|', 'x'])
    assert.equal((await parse(`a${delimiter}b`, { delimiter, header: false })).rows, [['a', 'b']])
})

const WRONG: [text: string, message: string, options?: JsonObject][] = [
  ['a,b\n1,2\n3', 'line 3: the row has another number of cells than the first: expected 2, got 1'],
  ['a,b\n"x\ny",2\n1,2,3', 'line 4: the row has another number of cells than the first: expected 2, got 3'],
  ['a\n"b', 'line 2: a quote is opened and not closed'],
  [
    'a\n"b"c',
    'line 2: text follows a closing quote: expected "," or the end of the line, got "c"\na quote inside a quoted cell is written twice',
  ],
  ['a,a', "line 1: 'a' names two columns\nwith header: false rows are lists of cells"],
  ['a,,b', 'line 1: column 2 has no name\nwith header: false rows are lists of cells'],
  ['a', `'delimiter' must be one character, no quote and no line break, got ",,"`, { delimiter: ',,' }],
  ['a', `'delimiter' must be one character, no quote and no line break, got "\\n"`, { delimiter: '\n' }],
]

for (const [text, message, options] of WRONG)
  csv(`${JSON.stringify(text)} is refused: ${message.split('\n')[0]}`, async () => {
    const fault = await catchFault(() => parse(text, options))
    assert.equal([fault.code, fault.message], ['invalid_input', message])
  })

csv('whatever is written by the rules is read back', async () => {
  const cell = fc.oneof(fc.string(), fc.constantFrom('', '"', ',', '\n', '\r\n', '""', '\uFEFF'))
  const rows = fc
    .integer({ min: 2, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }))
  const write = (table: string[][]): string =>
    table.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')).join('\r\n')
  await fc.assert(
    fc.asyncProperty(rows, async (table) => assert.equal((await parse(write(table), { header: false })).rows, table)),
    { numRuns: 200 },
  )
})

csv('any text is parsed or refused', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ') })
  await fc.assert(
    fc.asyncProperty(text, async (any) => {
      const outcome = await parse(any, { header: false }).catch((fault: unknown) => fault)
      assert.ok('rows' in (outcome as object) || (outcome as { code: string }).code === 'invalid_input')
    }),
    { numRuns: 500 },
  )
})

const LINES = Array.from({ length: 20_000 }, (_, index) => `${index},"a ""b"" ü",`)

csv('a long text, which a worker parses, has the rows that a short one has', async () => {
  const rows = LINES.map((_, index) => ({ id: index, name: 'a "b" ü', none: null }))
  const text = ['id,name,none', ...LINES].join('\n')
  assert.equal(await parse(text, { types: true }), { rows, columns: ['id', 'name', 'none'] })
  assert.equal((await parse(text, { header: false })).columns, [])
})

csv('a long text has the faults of a short one', async () => {
  const fault = await catchFault(() => parse(['id,name,none', ...LINES, '1,2'].join('\n')))
  assert.is(fault.code, 'invalid_input')
  assert.match(fault.message, /^line 20002: the row has another number of cells/)
})

csv('names of very many columns take the time of their number, not of its square', async () => {
  const names = Array.from({ length: 60_000 }, (_, index) => `c${index}`)
  assert.is(findColumnProblem(names), undefined)
  assert.is(findColumnProblem([...names, 'c7']), "'c7' names two columns")
})

csv.run()
