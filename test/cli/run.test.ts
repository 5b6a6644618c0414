import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject, FAILING, HELLO } from '../support/cli-project.ts'

const test = suite('troupe run')

const project = createCliProject({ 'hello.yaml': HELLO, 'failing.yaml': FAILING })

test('the output goes to standard output, progress and the summary to standard error', async () => {
  const { stdout, stderr, exitCode } = await project.troupe(['run', 'hello.yaml', '-i', 'name=Ada'])
  assert.equal(JSON.parse(stdout), { text: 'Hello Ada' })
  assert.match(stderr, /hello: run r-\S+ started\n {2}greet: started\n {2}greet: completed in /)
  assert.match(stderr, /✓ completed in .* · run r-\S+ · \d+ → \d+ tokens · \$0\n$/)
  assert.is(exitCode, 0)
})

test('--quiet prints the output and nothing else', async () => {
  const { stdout, stderr } = await project.troupe(['run', 'hello.yaml', '-q', '-i', 'name=Ada'])
  assert.equal(JSON.parse(stdout), { text: 'Hello Ada' })
  assert.is(stderr, '')
})

test('--json prints one object, and nothing else', async () => {
  const { stdout, stderr, exitCode } = await project.troupe(['run', 'hello.yaml', '--json', '-i', 'name=Ada'])
  const { run, duration_ms, usage, ...rest } = JSON.parse(stdout)
  assert.match(run, /^r-/)
  assert.type(duration_ms, 'number')
  assert.equal(usage, { input_tokens: 3, output_tokens: 3, cost_usd: 0 })
  assert.equal(rest, { workflow: 'hello', status: 'completed', output: { text: 'Hello Ada' }, error: null })
  assert.is(stderr, '')
  assert.is(exitCode, 0)
})

test('a run that fails names step, code and message, hints at its trace, and exits with 1', async () => {
  const [text, json] = await Promise.all([
    project.troupe(['run', 'failing.yaml']),
    project.troupe(['run', 'failing.yaml', '--json']),
  ])
  assert.is(text.stdout, '')
  assert.match(
    text.stderr,
    /✗ failed after .*\n {2}step give_up: no_luck: it was not to be\n {2}hint: .*troupe trace r-/,
  )
  assert.is(text.exitCode, 1)
  const { status, output, error } = JSON.parse(json.stdout)
  assert.equal({ status, output }, { status: 'failed', output: null })
  assert.equal(error, { code: 'no_luck', message: 'it was not to be', step: 'give_up' })
  assert.is(json.exitCode, 1)
})

test('inputs are merged in order: JSON, files of JSON and YAML, standard input, dotted keys', async () => {
  project.write('ada.json', '{"name": "Ada", "age": 36}')
  project.write('place.yaml', 'place: { city: London }\n')
  project.write('show.yaml', SHOW)
  const args = ['-i', '@ada.json', '-i', '@place.yaml', '-i', '{"age": 37}', '-i', 'place.city=Paris']
  const [files, piped] = await Promise.all([
    project.troupe(['run', 'show.yaml', '-q', ...args]),
    project.troupe(['run', 'show.yaml', '-q', '-i', '@-', '-i', 'age=5'], { input: '{"name": "Bo"}' }),
  ])
  assert.equal(JSON.parse(files.stdout), { name: 'Ada', age: 37, place: { city: 'Paris' } })
  assert.equal(JSON.parse(piped.stdout), { name: 'Bo', age: 5 })
})

test('what is typed for a text stays a text, whatever it looks like', async () => {
  project.write('show.yaml', SHOW)
  const { stdout } = await project.troupe(['run', 'show.yaml', '-q', '-i', 'name=5', '-i', 'age=5'])
  assert.equal(JSON.parse(stdout), { name: '5', age: 5 })
})

test('a workflow from standard input runs', async () => {
  const { stdout } = await project.troupe(['run', '-', '-q', '-i', 'name=Ada'], { input: HELLO })
  assert.equal(JSON.parse(stdout), { text: 'Hello Ada' })
})

test('--model replaces what an alias stands for', async () => {
  project.write('far.yaml', HELLO.replace('mock/echo', 'openai/gpt-5-mini'))
  const [refused, replaced] = await Promise.all([
    project.troupe(['run', 'far.yaml', '-i', 'name=Ada'], { env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' } }),
    project.troupe(['run', 'far.yaml', '-q', '-i', 'name=Ada', '--model', 'default=mock/echo']),
  ])
  assert.match(refused.stderr, /unauthorized: provider 'openai' has no key: OPENAI_API_KEY is not set/)
  assert.is(refused.exitCode, 1)
  assert.equal(JSON.parse(replaced.stdout), { text: 'Hello Ada' })
})

test('with --json, a workflow that is refused is an object with its diagnostics', async () => {
  project.write('wrong.yaml', HELLO.replace('input.name', 'input.nam'))
  const { stdout, exitCode } = await project.troupe(['run', 'wrong.yaml', '--json'])
  const { status, run, diagnostics } = JSON.parse(stdout)
  assert.equal({ status, run }, { status: 'invalid', run: null })
  assert.is(diagnostics[0].line, 7)
  assert.is(exitCode, 2)
})

test('--json names a wrong input by the code that the library gives it', async () => {
  const { stdout, exitCode } = await project.troupe(['run', 'hello.yaml', '--json', '-i', 'unheard=5'])
  assert.is(JSON.parse(stdout).error.code, 'invalid_input')
  assert.is(exitCode, 2)
})

test('a declared secret without a value stops the run before it starts', async () => {
  project.write('secret.yaml', `secrets: [SOME_KEY]\n${HELLO}`)
  const args = ['run', 'secret.yaml', '-q', '-i', 'name=Ada']
  const [missing, short, set] = await Promise.all([
    project.troupe(args, { env: { SOME_KEY: undefined } }),
    project.troupe(args, { env: { SOME_KEY: 'abc' } }),
    project.troupe(args, { env: { SOME_KEY: 'long enough' } }),
  ])
  assert.match(missing.stderr, "secret 'SOME_KEY' has no value")
  assert.match(missing.stderr, 'export SOME_KEY=')
  assert.is(missing.exitCode, 3)
  assert.match(short.stderr, "secret 'SOME_KEY' is too short: expected at least 8 characters, got 3")
  assert.is(set.exitCode, 0)
})

test('whether a variable is set decides over the run and not over the workflow', async () => {
  const folder = createCliProject({
    'troupe.config.yaml': 'env: [REGION]\n',
    'region.yaml': `workflow: region
steps:
  - id: look
    set: { surely: env.REGION, perhaps: "env.?REGION.orValue('none')" }
`,
  })
  const run = (region: string | undefined) => folder.troupe(['run', 'region.yaml', '-q'], { env: { REGION: region } })
  const valid = await folder.troupe(['validate', 'region.yaml'], { env: { REGION: undefined } })
  assert.is(valid.exitCode, 0)
  const unset = await run(undefined)
  assert.match(unset.stderr, "'env' has no field 'REGION'")
  assert.is(unset.exitCode, 1)
  assert.equal(JSON.parse((await run('eu')).stdout), { surely: 'eu', perhaps: 'eu' })
  folder.remove()
})

const SHOW = `workflow: show
input: { name: string, age?: integer, place?: { city: string } }
steps:
  - id: show
    set: { all: input }
output: steps.show.output.all
`

test('-i takes a number, null or text of an enum that mixes types', async () => {
  const project = createCliProject({
    'mixed.yaml':
      'workflow: mixed\ninput: { c: { enum: ["NO", 2, null] } }\nsteps: [{ id: a, set: { c: input.c } }]\noutput: steps.a.output.c\n',
  })
  for (const [given, output] of [
    ['NO', 'NO'],
    ['2', 2],
    ['null', null],
  ] as const) {
    const { stdout, stderr } = await project.troupe(['run', 'mixed.yaml', '-i', `c=${given}`])
    assert.equal(JSON.parse(stdout), output, stderr)
  }
})

test.run()
