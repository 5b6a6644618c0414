import { appendFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadItemActor } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { FileFormat, FilePosition, ItemPage } from '../../../../src/core/item-file.ts'
import { READ_ITEMS } from '../../../../src/core/item-file.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { createTempFolder, type TempFolder } from '../../../support/temp-folder.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const test = suite('pages of items')

let folder: TempFolder

test.before.each(() => {
  folder = createTempFolder()
})
test.after.each(() => folder.remove())

const readPage = async (path: string, from?: FilePosition): Promise<ItemPage> => {
  const actor = await loadItemActor(READ_ITEMS, createToolOptions({ root: folder.path }))
  const format = path.endsWith('csv') ? 'csv' : 'jsonl'
  return (await actor.perform({ path, format, ...(from && { from }) }, createActorContext())) as ItemPage
}

const readAll = async (path: string): Promise<ItemPage[]> => {
  const pages: ItemPage[] = []
  for (let from: FilePosition | undefined; ; ) {
    const page = await readPage(path, from)
    pages.push(page)
    if (page.next === undefined) return pages
    from = page.next
  }
}

/** Items in order; of a bad one its line and message. */
const describeItems = ({ items, bad = [] }: ItemPage): JsonValue[] =>
  items.map((item, at) => {
    const found = bad.find((one) => one.at === at)
    return found === undefined ? item : `${found.line} ${found.code} ${found.message}`
  })

interface Case {
  title: string
  format: FileFormat
  text: string | Uint8Array
  items: JsonValue[]
}

const CASES: Case[] = [
  { title: 'an empty file has no items', format: 'jsonl', text: '', items: [] },
  { title: 'an empty CSV file has no items', format: 'csv', text: '', items: [] },
  { title: 'a CSV file with a header alone has no items', format: 'csv', text: 'a,b\n', items: [] },
  {
    title: 'each line of JSON is an item, of any type',
    format: 'jsonl',
    text: '1\n"a"\n{"b":[]}\n',
    items: [1, 'a', { b: [] }],
  },
  {
    title: 'blank lines, CRLF and a missing last line break are no items',
    format: 'jsonl',
    text: '\r\n1\r\n \n2',
    items: [1, 2],
  },
  { title: 'a byte order mark belongs to no item', format: 'jsonl', text: '\uFEFF1\n2\n', items: [1, 2] },
  { title: 'a byte order mark belongs to no column', format: 'csv', text: '\uFEFFa\n1\n', items: [{ a: '1' }] },
  {
    title: 'cells are texts by the names of the header, which is trimmed',
    format: 'csv',
    text: 'a, b\r\n1,x y\r\n\r\n007,\r\n',
    items: [
      { a: '1', b: 'x y' },
      { a: '007', b: '' },
    ],
  },
  {
    title: 'quoted cells hold commas, quotes and line breaks',
    format: 'csv',
    text: 'a,b\n"1,2","say ""hi"""\n"x\r\ny",z\n',
    items: [
      { a: '1,2', b: 'say "hi"' },
      { a: 'x\r\ny', b: 'z' },
    ],
  },
  { title: 'lines may end with CR alone', format: 'csv', text: 'a\r1\r2', items: [{ a: '1' }, { a: '2' }] },
  {
    title: 'a line that is not JSON is a bad item with its number',
    format: 'jsonl',
    text: '1\n\n{oops\n2\n',
    items: [
      1,
      "3 invalid_input 'f.jsonl:3' is not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
      2,
    ],
  },
  {
    title: 'a number that would lose digits is a bad item',
    format: 'jsonl',
    text: '{"id":7615917337495251231}\n2\n',
    items: [
      "1 unsafe_number in 'f.jsonl:1' '/id' is the number 7615917337495251231, which would lose digits: expected at most 2^53 and 17 digits, or text",
      2,
    ],
  },
  {
    title: 'text that is not UTF-8 is a bad item',
    format: 'jsonl',
    text: Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x31]),
    items: ["1 invalid_input 'f.jsonl:1' is not UTF-8 text", 1],
  },
  {
    title: 'a row of another width is a bad item',
    format: 'csv',
    text: 'a,b\n1\n1,2,3\n1,2\n',
    items: [
      "2 invalid_input 'f.csv:2' has another number of cells than the header: expected 2, got 1",
      "3 invalid_input 'f.csv:3' has another number of cells than the header: expected 2, got 3",
      { a: '1', b: '2' },
    ],
  },
  {
    title: 'a quote that is not closed spoils its line, and no other',
    format: 'csv',
    text: 'a,b\n1,"2\n3,4\n5,6\n',
    items: ["2 invalid_input 'f.csv:2': a quote is opened and not closed", { a: '3', b: '4' }, { a: '5', b: '6' }],
  },
  {
    title: 'text behind a closing quote spoils the first line of its row, and the others are read by themselves',
    format: 'csv',
    text: 'a,b\n"1\n2"x,3\n4,5\n',
    items: [
      `2 invalid_input 'f.csv:2': text follows a closing quote: expected "," or the end of the line, got "x"`,
      { a: '2"x', b: '3' },
      { a: '4', b: '5' },
    ],
  },
]

for (const { title, format, text, items } of CASES)
  test(title, async () => {
    folder.write(`f.${format}`, text)
    const pages = await readAll(`f.${format}`)
    assert.equal(pages.flatMap(describeItems), items)
  })

test('a page has 100 items at most, and the next one goes on behind it', async () => {
  folder.write('f.jsonl', Array.from({ length: 250 }, (_, index) => `${index}\n`).join(''))
  const pages = await readAll('f.jsonl')
  assert.equal(
    pages.map(({ items, next }) => [items.length, next?.line]),
    [
      [100, 101],
      [100, 201],
      [50, undefined],
    ],
  )
  assert.equal(
    pages.flatMap(({ items }) => items),
    Array.from({ length: 250 }, (_, index) => index),
  )
})

test('a page of long lines has 256 KB and the line that reaches it', async () => {
  const line = 'x'.repeat(100_000)
  folder.write('f.csv', `a\n${Array.from({ length: 5 }, () => `"${line}"\n`).join('')}`)
  const pages = await readAll('f.csv')
  assert.equal(
    pages.map(({ items }) => items.length),
    [3, 2],
  )
  assert.ok(pages.flatMap(({ items }) => items).every((item) => (item as { a: string }).a === line))
})

test('a line of more than 1 MB is a bad item, in files of lines and of rows', async () => {
  for (const format of ['jsonl', 'csv']) {
    const long = `"${'x'.repeat(3 * 1024 ** 2)}"`
    folder.write(`f.${format}`, `"a"\n"b"\n${long}\n"c"\n${long}`)
    const items = (await readAll(`f.${format}`)).flatMap(describeItems)
    const tooLong = (line: number) =>
      `${line} too_large 'f.${format}:${line}' is too long: expected at most 1 MB a line`
    const [a, b, c] = format === 'csv' ? [undefined, { a: 'b' }, { a: 'c' }] : ['a', 'b', 'c']
    assert.equal(items, [...(a === undefined ? [] : [a]), b, tooLong(3), c, tooLong(5)])
  }
})

test('a quote that is not closed in a large file spoils its line alone', async () => {
  folder.write('f.csv', `a,b\n1,"2\n${'3,4\n'.repeat(400_000)}`)
  const page = await readPage('f.csv')
  assert.equal([page.bad?.length, page.items.length, page.items[1]], [1, 100, { a: '3', b: '4' }])
})

test('a file that has changed between two pages is the fault conflict', async () => {
  const path = folder.write('f.jsonl', '1\n'.repeat(150))
  const { next } = await readPage('f.jsonl')
  appendFileSync(path, '2\n')
  const fault = await catchFault(() => readPage('f.jsonl', next))
  assert.is(fault.code, 'conflict')
  assert.match(
    fault.message,
    /^'f.jsonl' has changed while its items were read: expected 300 bytes of .*, got 302 bytes of /,
  )
})

test('a file that does not exist is the fault not_found, which names it', async () => {
  const fault = await catchFault(() => readPage('none.jsonl'))
  assert.equal([fault.code, fault.message], ['not_found', "'none.jsonl' does not exist"])
})

test('a file outside of the folders of the project is the fault unauthorized', async () => {
  const fault = await catchFault(() => readPage('../f.jsonl'))
  assert.is(fault.code, 'unauthorized')
})

test('a header with a column twice, or without a name, is the fault invalid_input', async () => {
  folder.write('f.csv', '\na,a\n1,2\n')
  folder.write('g.csv', 'a,\n1,2\n')
  const found = [await catchFault(() => readPage('f.csv')), await catchFault(() => readPage('g.csv'))]
  assert.equal(
    found.map(({ message }) => message.split('\n')[0]),
    ["the header in 'f.csv:2': 'a' names two columns", "the header in 'g.csv:1': column 2 has no name"],
  )
})

test.run()
