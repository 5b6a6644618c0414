import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fitsWildcard } from '../../../../src/actors/tools/files/wildcard.ts'

const wildcards = suite('wildcards')

const CASES: [name: string, pattern: string, fits: boolean][] = [
  ['a.csv', '*.csv', true],
  ['a.csv', '*', true],
  ['', '*', true],
  ['', '?', false],
  ['a.csv', 'a.csv', true],
  ['A.csv', 'a.csv', false],
  ['a.csv', '?.csv', true],
  ['ab.csv', '?.csv', false],
  ['a.csv.bak', '*.csv', false],
  ['report-2030-01.csv', 'report-*-??.csv', true],
  ['aXbXc', '*X*X*', true],
  ['aXbc', '*X*X*', false],
  ['a+b', 'a+b', true],
  ['aab', '[a]*', false],
]

for (const [name, pattern, fits] of CASES)
  wildcards(`'${name}' ${fits ? 'fits' : 'does not fit'} '${pattern}'`, () =>
    assert.is(fitsWildcard(name, pattern), fits),
  )

wildcards('a pattern of many stars takes no time', () => {
  const startedAt = performance.now()
  assert.not(fitsWildcard('a'.repeat(255), `${'*a'.repeat(100)}b`))
  assert.ok(performance.now() - startedAt < 50)
})

wildcards.run()
