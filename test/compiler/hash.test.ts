import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileWorkflow } from '../support/compile-workflow.ts'

const BASE = `
tools:
  pay: { tool: http.post, with: { url: "https://pay.example" }, approval: { when: '"json" in with' } }
flow: { concurrency: 2 }
steps:
  - id: charge
    tool: pay
    undo: { tool: http.delete, with: { url: "https://pay.example/1" } }
  - { id: ask, approve: { title: Sure?, by: [ann] }, timeout: 1h }
  - { id: paid, wait: { event: paid, match: event.data.n == 1 } }
`

const hashOf = (yaml: string): string => compileWorkflow(yaml).hash

const test = suite('hash')

for (const [what, before, after] of [
  ["a preset's tool", 'http.post', 'http.put'],
  ['what a preset gives', 'pay.example" }, approval', 'pay.example/v2" }, approval'],
  ['when a preset asks', '"json" in with', '"headers" in with'],
  ['the tool of an undo', 'http.delete', 'http.post'],
  ['the input of an undo', 'pay.example/1', 'pay.example/2'],
  ['who may decide', '[ann]', '[bob]'],
  ['which event is meant', 'n == 1', 'n == 2'],
  ['how many runs go on at once', 'concurrency: 2', 'concurrency: 3'],
] as const)
  test(`${what} is part of the definition`, () => {
    assert.ok(BASE.includes(before))
    assert.is.not(hashOf(BASE.replace(before, after)), hashOf(BASE))
  })

test('how a text with expressions is quoted is not, and a field of a type that is named range is', () => {
  const withPrompt = (prompt: string, field = 'string'): string =>
    `steps: [{ id: a, llm: mock/echo, prompt: ${prompt}, returns: { range: ${field} } }]\n`
  const plain = hashOf(withPrompt("'Hi ${run.id}'"))
  assert.is(hashOf(withPrompt('"Hi ${run.id}"')), plain)
  assert.is.not(hashOf(withPrompt("'Hi ${run.id}'", 'number')), plain)
})

test('comments and the order of keys are not', () => {
  const other = BASE.replace('flow:', '# how many\nflow:').replace('title: Sure?, by: [ann]', 'by: [ann], title: Sure?')
  assert.is(hashOf(other), hashOf(BASE))
})

test('the tools of presets and of undoing are linked: their schemas are part of it', async () => {
  const { compile } = await import('../../src/compiler/compile.ts')
  const { createCatalogue } = await import('../../src/app/catalogue.ts')
  const { createSource } = await import('../../src/compiler/source.ts')
  const catalogue = createCatalogue()
  const compileWith = (name: string): string | undefined => {
    const entry = catalogue.tools.get(name)
    if (entry === undefined) throw new Error(`no tool '${name}'`)
    const tools = new Map([...catalogue.tools, [name, { ...entry, output: { type: 'object' } }]])
    const source = createSource('example.yaml', `workflow: example\n${BASE}`)
    return compile(source, { catalogue: { ...catalogue, tools } }).compiled?.hash
  }
  const hashes = ['http.post', 'http.delete', 'csv.parse'].map(compileWith)
  assert.is(new Set(hashes).size, 3)
  assert.is(hashes[2], hashOf(BASE))
})

test.run()
