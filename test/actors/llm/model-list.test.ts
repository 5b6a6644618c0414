import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readModelList } from '../../../src/actors/llm/model-list.ts'

const test = suite('model list')

const TEXTS: [string, string[] | undefined][] = [
  ['[{"id":"a"},"b",{"no":"name"},null]', ['a', 'b']],
  ['{"data":[]}', []],
  ['{"models":null}', []],
  ['{"hello":"world"}', undefined],
  ['null', undefined],
  ['<html>', undefined],
  ['', undefined],
]
for (const [text, names] of TEXTS)
  test(`${text === '' ? 'nothing' : text} is ${names === undefined ? 'not a list' : `a list of ${names.length}`}`, () => {
    assert.equal(readModelList(text), names)
  })

test.run()
