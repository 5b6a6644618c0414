import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile, defineActor, defineTool, formatDiagnostic, isFault } from '../../src/index.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const HELLO = `
workflow: hello
input: { name: string }
steps:
  - id: greet
    llm: mock/echo
    prompt: "Hello, \${input.name}!"
output: { text: steps.greet.output.text }
`

const price = defineTool({
  name: 'shop.price',
  input: { article: 'string', 'currency?': { enum: ['EUR', 'USD'] } },
  output: { amount: 'number' },
  perform: () => ({ amount: 5 }),
})

/** A workflow of one step that calls the tool. */
const calling = (input: string, expression = 'steps.ask.output.amount'): string =>
  `workflow: w\nsteps:\n  - id: ask\n    tool: shop.price\n    with: ${input}\noutput: { value: ${expression} }\n`

const codesOf = (text: string): string[] => compile(text, { actors: [price] }).diagnostics.map(({ code }) => code)

const test = suite('compile')

test('a text without errors is a workflow', () => {
  const { ok, workflow, diagnostics, text } = compile(HELLO)
  assert.ok(ok)
  assert.equal(diagnostics, [])
  assert.is(text, HELLO)
  assert.is(workflow.name, 'hello')
  assert.is(workflow.file, undefined)
  assert.match(workflow.hash, /^[0-9a-f]{64}$/)
  assert.equal(workflow.input?.required, ['name'])
  assert.equal(workflow.secrets, [])
})

test('findings come with their place, and are shown with the line they are about', () => {
  const { ok, workflow, diagnostics, text } = compile(HELLO.replace('input.name', 'input.nome'))
  assert.is(ok, false)
  assert.is(workflow, undefined)
  const [finding] = diagnostics
  assert.ok(finding)
  assert.equal([finding.code, finding.line], ['unknown_field', 7])
  const shown = formatDiagnostic(finding, text)
  assert.match(shown, '<text>:7:')
  assert.match(shown, 'Hello, ${input.nome}!')
  assert.match(shown, "did you mean 'name'?")
  assert.not.match(formatDiagnostic(finding), '^^^')
})

test('a file is read, and named as it was given', () => {
  const folder = createTempFolder({ 'hello.yaml': HELLO, 'wrong.yaml': 'workflow: Ä\n', 'binary.yaml': '' })
  const file = folder.write('binary.yaml', new Uint8Array([0xc3, 0x28]))
  assert.is(compile({ file: folder.resolve('hello.yaml') }).workflow?.file, folder.resolve('hello.yaml'))
  assert.equal(
    compile({ file }).diagnostics.map(({ code }) => code),
    ['not_utf8'],
  )
  assert.is(compile({ file: folder.resolve('wrong.yaml') }).diagnostics[0]?.file, folder.resolve('wrong.yaml'))
})

test('a file that is not there is a fault', () => {
  assert.throws(
    () => compile({ file: '/nowhere/hello.yaml' }),
    (thrown: unknown) => isFault(thrown) && thrown.code === 'not_found',
  )
})

test('the same text has the same hash, another tool another one', () => {
  const text = calling('{ article: chair }')
  const hashOf = (output: 'number' | 'integer'): string | undefined =>
    compile(text, { actors: [defineTool({ ...price, output: { amount: output }, perform: () => ({ amount: 1 }) })] })
      .workflow?.hash
  assert.is(hashOf('number'), hashOf('number'))
  assert.is.not(hashOf('number'), hashOf('integer'))
})

test("a tool's types are checked against the workflow", () => {
  assert.equal(codesOf(calling('{ article: chair }')), [])
  assert.equal(codesOf(calling('{ article: chair, currency: EUR }')), [])
  assert.equal(codesOf(calling('{ articel: chair }')), ['missing_field', 'unknown_field'])
  assert.equal(codesOf(calling('{ article: 5 }')), ['type_mismatch'])
  assert.equal(codesOf(calling('{ article: chair, currency: GBP }')), ['unknown_enum_value'])
  assert.equal(codesOf(calling('{ article: chair }', 'steps.ask.output.price')), ['unknown_field'])
})

test('a tool that was not handed in is unknown', () => {
  assert.equal(
    compile(calling('{ article: chair }')).diagnostics.map(({ code }) => code),
    ['unknown_tool'],
  )
})

test('models of a provider of its own are known by name', () => {
  const acme = defineActor({ kind: 'llm', name: 'acme', models: ['small'], perform: () => '' })
  const codes = (model: string): string[] =>
    compile(HELLO.replace('mock/echo', model), { actors: [acme] }).diagnostics.map(({ code }) => code)
  assert.equal(codes('acme/small'), [])
  assert.equal(codes('acme/smal'), ['unknown_model'])
  assert.equal(codes('akme/small'), ['unknown_model'])
})

test('variables of the environment are those that are named', () => {
  const text = 'workflow: w\nsteps:\n  - id: a\n    set: { region: env.REGION }\n'
  assert.is(compile(text).ok, false)
  assert.is(compile(text, { env: ['REGION'] }).ok, true)
})

test.run()
