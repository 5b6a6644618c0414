import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { compile } from '../../src/compiler/compile.ts'
import { DIAGNOSTIC_CODES } from '../../src/compiler/diagnostic-codes.ts'
import { createSource } from '../../src/compiler/source.ts'
import { FAULT_CODES } from '../../src/core/fault.ts'
import { explainCode, listCodes } from '../../src/service/explain-code.ts'

/** No text can be an example of these, or only a long one. */
const WITHOUT_EXAMPLE = ['source_too_large', 'not_utf8', 'control_character', 'nested_too_deeply', 'defect']

const CODES = listCodes()

const CATALOGUE = createCatalogue()

const test = suite('explanations of codes')

test('all diagnostics and faults are listed, each once', () => {
  assert.equal(
    CODES.map(({ code }) => code),
    [...DIAGNOSTIC_CODES, ...FAULT_CODES],
  )
})

test('every code has an example, but for those that can have none', () => {
  const without = CODES.filter(({ code }) => explainCode(code, CATALOGUE)?.example === null).map(({ code }) => code)
  assert.equal(without, WITHOUT_EXAMPLE)
})

for (const { code } of CODES.filter(({ kind }) => kind === 'diagnostic')) {
  const explanation = explainCode(code, CATALOGUE)
  if (explanation?.example == null) continue
  test(`the example of ${code} has that finding, and no other`, () => {
    const { finding } = explanation
    assert.match(finding ?? '', new RegExp(`^example\\.yaml:\\d+:\\d+: (error|warning)\\[${code}\\]: `))
    assert.equal(codesIn(explanation.example ?? '', code), [])
  })
}

/** Codes of other findings. What a later release brings is no mistake, and a child is found by `explain` alone. */
const codesIn = (text: string, code: string): string[] =>
  compile(createSource('example.yaml', text), { catalogue: createCatalogue() })
    .diagnostics.map((finding) => finding.code)
    .filter((found) => ![code, 'not_available_yet', 'unknown_workflow'].includes(found))

const AROUND = 'workflow: example\nmodels: { default: mock/echo }\n'
const INPUT = 'input: { count: integer, text: string }\n'

for (const { code } of CODES.filter(({ kind }) => kind === 'fault')) {
  const example = explainCode(code, CATALOGUE)?.example
  if (example == null) continue
  test(`the example of ${code} is part of a workflow without errors`, () => {
    const text = example.startsWith('- ') ? `steps:\n${example}\n` : `${example}\nsteps: [{ id: a, set: { b: 1 } }]\n`
    const errors = compile(createSource('example.yaml', AROUND + INPUT + text), { catalogue: createCatalogue() })
      .diagnostics.filter(({ severity }) => severity === 'error')
      .filter((finding) => finding.code !== 'unknown_workflow')
    assert.equal(errors, [])
    assert.match(example, code === 'budget_exceeded' ? 'limits' : /./)
  })
}

test('an unknown code has no explanation', () => {
  assert.is(explainCode('toString', CATALOGUE), undefined)
})

test.run()
