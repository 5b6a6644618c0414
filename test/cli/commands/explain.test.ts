import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listCodes } from '../../../src/service/explain-code.ts'
import { createCliProject } from '../../support/cli-project.ts'

const { troupe } = createCliProject()

const test = suite('troupe explain')

test('a diagnostic is explained by cause, fix and an example with its finding', async () => {
  const { stdout, exitCode } = await troupe(['explain', 'unassigned_output'])
  assert.is(exitCode, 0)
  const parts = [
    'unassigned_output: The step may not have run here.',
    'Cause: ',
    'Fix: ',
    'Example:\n  workflow: example\n',
  ]
  for (const part of [...parts, 'Troupe says:\n  example.yaml:4:26: error[unassigned_output]: '])
    assert.match(stdout, part)
})

test('a fault is explained by an example of how it is handled', async () => {
  const { stdout } = await troupe(['explain', 'rate_limited'])
  assert.match(stdout, 'a fault: how a step fails at run time')
  assert.match(stdout, 'on: [rate_limited]')
})

test('a code may be given as it stands in a message', async () => {
  const { stdout } = await troupe(['explain', 'error[unknown_field]'])
  assert.match(stdout, 'unknown_field: ')
  assert.match((await troupe(['explain', 'Unknown-Field'])).stdout, 'unknown_field: ')
})

test('an unknown code names the nearest one', async () => {
  const { stderr, stdout, exitCode } = await troupe(['explain', 'unasigned_output'])
  assert.equal([exitCode, stdout], [2, ''])
  assert.match(stderr, "hint: did you mean 'unassigned_output'?")
  assert.match((await troupe(['explain', 'xyzzy'])).stderr, 'hint: troupe explain lists all codes')
})

test('without a code all are listed, with their meaning, in a narrow terminal too', async () => {
  const { stdout } = await troupe(['explain'])
  for (const { code, title } of listCodes())
    assert.match(stdout, new RegExp(`^${code} .* ${RegExp.escape(title)}$`, 'm'))
})

test('as JSON it is one object, and a list without a code', async () => {
  const one = JSON.parse((await troupe(['explain', 'timeout', '--json'])).stdout)
  assert.equal(Object.keys(one), ['code', 'kind', 'title', 'cause', 'fix', 'example', 'finding'])
  assert.equal(JSON.parse((await troupe(['explain', '--json'])).stdout), listCodes())
})

test.run()
