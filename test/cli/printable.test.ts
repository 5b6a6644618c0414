import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  cutEnd,
  cutStart,
  joinLines,
  padStart,
  toOneLine,
  toPrintable,
  toVisible,
  widthOf,
} from '../../src/cli/printable.ts'

const test = suite('printable text')

test('escape sequences, controls and changes of direction are taken out, line breaks stay', () => {
  assert.is(toPrintable('a\x1b[31mred\x1b[0m\x1b]0;title\x07b\x9b2Jc\x08\u202ed\ne\tf'), 'aredbcd\ne\tf')
  assert.is(toPrintable('cut \x1b[3'), 'cut [3')
  assert.is(toOneLine(' a \n\n b\t c '), 'a b c')
  assert.is(joinLines('it failed:  x \n\n do this\n'), 'it failed: x; do this')
})

test('controls and changes of direction are made visible, line breaks and tabs stay', () => {
  assert.is(toVisible('a\x1b[31m\r\nb\x07\tc\u202e\rd'), 'a\\x1b[31m\nb\\x07\tc\\u202e\\x0dd')
})

test('wide characters take two cells, combining ones none', () => {
  assert.is(widthOf('abc'), 3)
  assert.is(widthOf('日本'), 4)
  assert.is(widthOf('👍'), 2)
  assert.is(widthOf('e\u0301'), 1)
})

test('what does not fit is cut at a whole character', () => {
  assert.is(cutEnd('abcdef', 4), 'abc…')
  assert.is(cutEnd('abcd', 4), 'abcd')
  assert.is(cutEnd('日本語', 4), '日…')
  assert.is(cutStart('abcdef', 4), '…def')
  assert.is(cutEnd('abc', 0), '')
  assert.is(padStart('日', 4), '  日')
})

test.run()
