import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { GENERATED_PAGES } from '../../build/docs.ts'
import { DIAGNOSTIC_CODES } from '../../src/compiler/diagnostic-codes.ts'
import { FAULT_CODES } from '../../src/core/fault.ts'
import { readExplanations } from '../../src/service/codes/read-explanations.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

const test = suite('docs')

for (const { file, render } of GENERATED_PAGES) {
  test(`${file} is what the code says`, () => {
    const page = readFileSync(join(REPOSITORY_FOLDER, file), 'utf8')
    assert.ok(page === render(), `${file} is out of date; run: node build/docs.ts`)
  })
}

test('every code is explained, in the order of its list, and no other', () => {
  for (const [file, codes] of [
    ['diagnostics.md', DIAGNOSTIC_CODES],
    ['faults.md', FAULT_CODES],
  ] as const) {
    const explained = [...readExplanations(file).keys()]
    const missing = codes.filter((code) => !explained.includes(code))
    assert.equal(explained, [...codes], `src/service/codes/${file}: other codes or another order; missing: ${missing}`)
  }
})

test('no code is both a diagnostic and a fault', () => {
  assert.equal(
    FAULT_CODES.filter((code) => (DIAGNOSTIC_CODES as readonly string[]).includes(code)),
    [],
  )
})

test('explanations are whole sentences', () => {
  const sentences = (['diagnostics.md', 'faults.md'] as const)
    .flatMap((file) => [...readExplanations(file).values()])
    .flatMap(({ cause, fix }) => [cause, fix])
  assert.equal(
    sentences.filter((sentence) => !/^[A-Z`'"].*([.)]|https:\/\/\S+)$/.test(sentence)),
    [],
  )
})

test.run()
