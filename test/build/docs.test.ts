import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { GENERATED_PAGES } from '../../build/docs.ts'
import { DIAGNOSTIC_CODES } from '../../src/compiler/diagnostic-codes.ts'
import { FAULT_CODES } from '../../src/core/fault.ts'
import { FAULT_EXPLANATIONS } from '../../src/core/fault-codes.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

const test = suite('docs')

for (const { file, render } of GENERATED_PAGES) {
  test(`${file} is what the code says`, () => {
    const page = readFileSync(join(REPOSITORY_FOLDER, file), 'utf8')
    assert.ok(page === render(), `${file} is out of date; run: node build/docs.ts`)
  })
}

test('every fault code is explained, and no other', () => {
  assert.equal(Object.keys(FAULT_EXPLANATIONS).sort(), [...FAULT_CODES].sort())
})

test('no code is both a diagnostic and a fault', () => {
  assert.equal(
    FAULT_CODES.filter((code) => code in DIAGNOSTIC_CODES),
    [],
  )
})

test('explanations are whole sentences', () => {
  const sentences = [...Object.values(DIAGNOSTIC_CODES), ...Object.values(FAULT_EXPLANATIONS)].flatMap(
    (explanation) => [explanation.cause, explanation.fix],
  )
  assert.equal(
    sentences.filter((sentence) => !/^[A-Z`'"].*([.)]|https:\/\/\S+)$/.test(sentence)),
    [],
  )
})

test.run()
