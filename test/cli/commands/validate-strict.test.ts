import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject, HELLO } from '../../support/cli-project.ts'

const project = createCliProject({
  'hello.yaml': HELLO,
  'doubtful.yaml': HELLO.replace('    llm: default', '    when: 1 < 2\n    llm: default')
    .replace(', age?: integer, place?: { city: string }', '')
    .replace('steps.greet.output', 'steps.?greet.?output.?')
    .replace('.?.text', '.?text.orValue("")'),
})

const test = suite('validate --strict')

test('says how many paths there are, and how long they get', async () => {
  const { stdout, exitCode } = await project.troupe(['validate', 'hello.yaml', '--strict'])
  assert.is(exitCode, 0)
  assert.match(
    stdout,
    'hello.yaml: 1 path to an end, the longest over 1 step (greet); at most 1 step a run\n✓ no errors',
  )
})

test('what it proves is an error, with exit code 2; without it nothing is said', async () => {
  const [strict, plain] = await Promise.all([
    project.troupe(['validate', 'doubtful.yaml', '--strict', '--json']),
    project.troupe(['validate', 'doubtful.yaml', '--json']),
  ])
  assert.is(plain.exitCode, 0)
  assert.equal(JSON.parse(plain.stdout), { ok: true, diagnostics: [] })
  assert.is(strict.exitCode, 2)
  const { ok, diagnostics, proofs } = JSON.parse(strict.stdout)
  assert.is(ok, false)
  assert.equal(
    diagnostics.map(({ code, line, severity }: Record<string, unknown>) => [code, line, severity]),
    [['constant_condition', 6, 'error']],
  )
  assert.equal(proofs, [
    {
      file: 'doubtful.yaml',
      paths: 1,
      longest_path: ['greet'],
      most_steps: 1,
      most_steps_per_item: {},
      most_steps_per_iteration: {},
    },
  ])
})

test('what nothing reads is a warning, and no reason to fail', async () => {
  const [strict, plain] = await Promise.all([
    project.troupe(['validate', 'hello.yaml', '--strict']),
    project.troupe(['validate', 'hello.yaml']),
  ])
  assert.match(strict.stdout, /hello\.yaml:3:24: warning\[unused_input\]: nothing reads 'age' of the input\n/)
  assert.match(strict.stdout, '✓ no errors, 2 warnings')
  assert.is(strict.exitCode, 0)
  assert.is(plain.stdout, '✓ no errors\n')
})

test.run()
