import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { FORM_TABLE } from '../../../src/compiler/expression/form-table.ts'
import { FUNCTION_TABLE } from '../../../src/compiler/expression/function-table.ts'
import { check, evaluate } from './scene.ts'

const test = suite('function table')

test('each name stands in it once', () => {
  const names = [...FUNCTION_TABLE, ...FORM_TABLE].map(({ name }) => name)
  assert.equal(names, [...new Set(names)])
})

for (const { name, example } of [...FUNCTION_TABLE, ...FORM_TABLE]) {
  test(`the example of ${name} is true and passes the check`, () => {
    assert.is(evaluate(example), true)
    assert.equal(check(example).findings, [])
    assert.match(example, name)
  })
}

for (const { name, signature, parameters } of FUNCTION_TABLE) {
  test(`the signature of ${name} names its parameters`, () => {
    const written = /\((.*)\)/.exec(signature)?.[1]?.split(', ') ?? []
    const expected = parameters.map((parameter) => `${parameter.name}${parameter.optional === true ? '?' : ''}`)
    assert.equal(
      written.map((text) => text.replace(/ of .*/, '')),
      expected,
    )
    assert.match(signature, name)
  })
}

test.run()
