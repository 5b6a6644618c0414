import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import { compile } from '../../../src/compiler/compile.ts'
import { createSource } from '../../../src/compiler/source.ts'
import { compileStored } from '../../../src/service/workflows/compile-stored.ts'

const test = suite('a stored definition')

for (const schedule of ['0 0 30 2 *', '5/10 * * * *'])
  test(`with the schedule '${schedule}', which is refused today, still compiles`, () => {
    const source = `workflow: w\ntriggers: [{ schedule: "${schedule}" }]\nsteps: [{ id: a, set: { n: 1 } }]\n`
    const catalogue = createCatalogue()
    assert.is(compile(createSource('w.yaml', source), { catalogue }).compiled, undefined)
    const definition = { hash: 'h', file: 'w.yaml', source, links: {} }
    assert.is(compileStored(definition, { catalogue }).name, 'w')
  })

test.run()
