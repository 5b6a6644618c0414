import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { splitTemplate } from '../../../src/compiler/expression/interpolation.ts'

const test = suite('interpolation')

const SPLIT: [text: string, parts: (string | { text: string; start: number; end: number })[]][] = [
  ['', []],
  ['plain { } $ text', ['plain { } $ text']],
  ['${a}', [{ text: 'a', start: 2, end: 3 }]],
  ['${ a }', [{ text: ' a ', start: 2, end: 5 }]],
  ['x${a}y${b}', ['x', { text: 'a', start: 3, end: 4 }, 'y', { text: 'b', start: 8, end: 9 }]],
  ['$${a}', ['${a}']],
  ['1 $${a} ${b}', ['1 ${a} ', { text: 'b', start: 10, end: 11 }]],
  [
    '${a}${b}',
    [
      { text: 'a', start: 2, end: 3 },
      { text: 'b', start: 6, end: 7 },
    ],
  ],
  ['${ {"k": {}} }', [{ text: ' {"k": {}} ', start: 2, end: 13 }]],
  ["${'}'}!", [{ text: "'}'", start: 2, end: 5 }, '!']],
  ["${'\\'}'}", [{ text: "'\\'}'", start: 2, end: 7 }]],
  ["${'''it's }'''}", [{ text: "'''it's }'''", start: 2, end: 14 }]],
  ['${}', [{ text: '', start: 2, end: 2 }]],
  ["it's ${a}, isn't it", ["it's ", { text: 'a', start: 7, end: 8 }, ", isn't it"]],
]

for (const [text, parts] of SPLIT) {
  test(`'${text}' has ${parts.length} parts`, () => assert.equal(splitTemplate(text), { parts }))
}

for (const [text, index] of [
  ['a ${b', 2],
  ['${ {a }', 0],
  ["${ 'a }", 3],
] as const) {
  test(`'${text}' is refused at ${index}`, () => {
    const template = splitTemplate(text)
    assert.ok('error' in template)
    assert.is('error' in template && template.index, index)
  })
}

test('any text splits into parts that lie where they say, or is refused', () => {
  const texts = fc.array(fc.constantFrom('${', '$', '{', '}', "'", '"', 'a', '\\', ' ')).map((parts) => parts.join(''))
  fc.assert(
    fc.property(texts, (text) => {
      const template = splitTemplate(text)
      if ('error' in template) return template.index <= text.length
      return template.parts.every((part) => typeof part === 'string' || text.slice(part.start, part.end) === part.text)
    }),
    { numRuns: 2000 },
  )
})

test.run()
