import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { importOptional } from '../../src/core/optional-package.ts'
import { catchFault } from '../support/catch-fault.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const folder = createTempFolder({
  'node_modules/there/index.js': 'export const answer = 42',
  'node_modules/there/package.json': '{ "type": "module", "main": "index.js" }',
  'node_modules/lacking/index.js': "import 'absent'",
  'node_modules/lacking/package.json': '{ "type": "module", "main": "index.js" }',
  'load.mjs': 'export const load = (name) => import(name)',
})
const { load }: { load(name: string): Promise<{ answer: number }> } = await import(folder.resolve('load.mjs'))

const test = suite('optional package')

test('a package that is installed is imported', async () => {
  assert.is((await importOptional('there', () => load('there'))).answer, 42)
})

test('a missing package is a fault with the line that installs it', async () => {
  const { code, message } = await catchFault(() => importOptional('absent', () => load('absent')))
  assert.is(code, 'unavailable')
  assert.is(message, "the package 'absent' is not installed\n  hint: npm install absent")
})

test('a package that lacks one of its own keeps its error', async () => {
  let error: unknown
  await importOptional('lacking', () => load('lacking')).catch((thrown: unknown) => {
    error = thrown
  })
  assert.match(String(error), "Cannot find package 'absent'")
})

test.run()
