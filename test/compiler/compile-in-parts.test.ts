import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { compile, compileInParts } from '../../src/compiler/compile.ts'
import { STEPS_A_PART } from '../../src/compiler/parts.ts'
import { createSource } from '../../src/compiler/source.ts'

const test = suite('compiling in parts')

const STEPS = 1_000

const steps = Array.from({ length: STEPS }, (_, n) => `  - { id: s${n}, set: { x: ${n} } }`).join('\n')

test('a large workflow has a turn for others in each hundred steps that are checked and linked', () => {
  const source = createSource('big.yaml', `workflow: big\nsteps:\n${steps}\n`)
  const options = { catalogue: createCatalogue() }
  const parts = compileInParts(source, options)
  let turns = 0
  let part = parts.next()
  for (; part.done !== true; part = parts.next()) turns += 1
  assert.ok(turns >= (2 * STEPS) / STEPS_A_PART + 8, `${turns} turns`)
  assert.ok(part.value.compiled !== undefined)
  assert.is(part.value.compiled.hash, compile(source, options).compiled?.hash)
})

test.run()
