import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Diagnostics } from '../../../src/compiler/diagnostic.ts'
import { finishParts } from '../../../src/compiler/parts.ts'
import { scan } from '../../../src/compiler/read/scan.ts'
import { createSource } from '../../../src/compiler/source.ts'

const findExcess = (text: string): string | undefined => {
  const source = createSource('a.yaml', text)
  const diagnostics = new Diagnostics(source)
  const lexemes = finishParts(scan(source, diagnostics))
  const [first] = diagnostics.toList()
  assert.is(lexemes === undefined, first !== undefined)
  return first?.message
}

const nestMaps = (levels: number): string =>
  Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}a:\n`).join('')

const test = suite('scan')

test('64 levels may be, 65 not, in each way to nest', () => {
  const tooDeep = 'the file is nested too deeply: expected at most 64 levels'
  assert.is(findExcess('['.repeat(63) + ']'.repeat(63)), undefined)
  assert.is(findExcess('['.repeat(66)), tooDeep)
  assert.is(findExcess('{a: '.repeat(66)), tooDeep)
  assert.is(findExcess(`${'- '.repeat(62)}a`), undefined)
  assert.is(findExcess(`${'- '.repeat(66)}a`), tooDeep)
  assert.is(findExcess(nestMaps(63)), undefined)
  assert.is(findExcess(nestMaps(66)), tooDeep)
  assert.is(findExcess(`${nestMaps(40)}${' '.repeat(40)}a: ${'['.repeat(30)}`), tooDeep)
})

test('brackets and dashes in texts and comments are no levels', () => {
  const brackets = '[{'.repeat(100)
  assert.is(
    findExcess(`a: "${brackets}"\nb: '${brackets}'\nc: |\n  ${brackets}\nd: >\n  ${'- '.repeat(100)}\n# ${brackets}\n`),
    undefined,
  )
  assert.is(findExcess(`a: plain ${brackets} text\n`), undefined)
})

test('levels that are left do not count', () => {
  assert.is(findExcess('- [[[[a]]]]\n'.repeat(200)), undefined)
  assert.is(findExcess('a:\n  b:\n    c: 1\n'.repeat(200)), undefined)
})

test('10,000 nodes may be, more not', () => {
  assert.is(findExcess(`[${'1,'.repeat(9_990)}]`), undefined)
  assert.is(findExcess(`[${'1,'.repeat(10_001)}]`), 'the file has too many parts: expected at most 10,000 nodes')
})

test('100 aliases may be, more not', () => {
  assert.is(findExcess(`- &a 1\n- [${'*a ,'.repeat(100)}]`), undefined)
  assert.is(findExcess(`- &a 1\n- [${'*a ,'.repeat(101)}]`), 'the file has too many aliases: expected at most 100')
})

test('control characters and lone carriage returns are no text', () => {
  assert.match(findExcess('a: \u001b[2J') ?? '', 'U+001B')
  assert.match(findExcess('a: \u009b') ?? '', 'U+009B')
  assert.match(findExcess('a: 1\rb: 2') ?? '', 'U+000D')
  assert.is(findExcess('a: 1\r\nb:\t2\r\n'), undefined)
})

test.run()
