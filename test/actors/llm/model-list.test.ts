import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isSameOllamaModel, readModelList } from '../../../src/actors/llm/model-list.ts'

const test = suite('model list')

const SAME: [string, string, boolean][] = [
  ['llama3.2', 'llama3.2:latest', true],
  ['llama3.2', 'llama3.2:1b', false],
  ['Llama3.2', 'llama3.2:latest', true],
  ['library/qwen3', 'qwen3:latest', true],
  ['registry.ollama.ai/library/qwen3:8b', 'qwen3:8b', true],
  ['localhost:5000/me/qwen3', 'localhost:5000/me/qwen3:latest', true],
  ['me/qwen3', 'qwen3', false],
]
for (const [one, other, isSame] of SAME)
  test(`for Ollama ${one} and ${other} are ${isSame ? 'one model' : 'two'}`, () => {
    assert.is(isSameOllamaModel(one, other), isSame)
  })

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
  test(`${text === '' ? 'nothing' : text} is ${names === undefined ? 'no list' : `a list of ${names.length}`}`, () => {
    assert.equal(readModelList(text), names)
  })

test.run()
