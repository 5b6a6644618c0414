/**
 * The JSON Schemas that editors use: the committed files are what the grammar says (`UPDATE_SCHEMAS=1` writes them), and
 * they accept what the reader accepts.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { PROVIDER_NAMES } from '../../../src/actors/llm/providers.ts'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import { createConfigJsonSchema } from '../../../src/compiler/grammar/config-json-schema.ts'
import { createWorkflowJsonSchema } from '../../../src/compiler/grammar/workflow-json-schema.ts'
import type { JsonSchema } from '../../../src/core/json-schema.ts'

const ROOT = new URL('../../../', import.meta.url)

const CATALOGUE = createCatalogue()

const test = suite('json schemas')

const FILES: Record<string, () => JsonSchema> = {
  'schema/workflow.schema.json': () => createWorkflowJsonSchema(CATALOGUE),
  'schema/config.schema.json': () => createConfigJsonSchema(PROVIDER_NAMES),
}

for (const [path, create] of Object.entries(FILES)) {
  test(`${path} is what the grammar says`, () => {
    const file = new URL(path, ROOT)
    const text = `${JSON.stringify(create(), null, 2)}\n`
    if (process.env.UPDATE_SCHEMAS === '1') writeFileSync(file, text)
    assert.fixture(readFileSync(file, 'utf8'), text, `${path} is out of date; write it with UPDATE_SCHEMAS=1`)
  })

  test(`${path} is JSON Schema 2020-12, also for a strict validator`, () => {
    const ajv = new Ajv2020({ strict: true })
    assert.ok(ajv.validateSchema(create()), ajv.errorsText(ajv.errors))
    ajv.compile(create())
  })
}

const compileSchema = () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true })
  const validate = ajv.compile(createWorkflowJsonSchema(CATALOGUE))
  return (text: string): string | undefined =>
    validate(parse(text)) ? undefined : ajv.errorsText(validate.errors, { separator: '\n' })
}

const judge = compileSchema()

test('the complete example passes', () => {
  assert.is(judge(readFileSync(new URL('test/fixtures/complete-example.yaml', ROOT), 'utf8')), undefined)
})

const isWithoutErrors = (folder: string): boolean => {
  const file = new URL(`${folder}/diagnostics.txt`, ROOT)
  return existsSync(file) && !readFileSync(file, 'utf8').includes(': error[')
}

test('every example, and every fixture that the compiler accepts, passes', () => {
  const fixtures = globSync('test/fixtures/workflows/*', { cwd: ROOT }).filter(isWithoutErrors)
  const files = [...fixtures.map((folder) => `${folder}/workflow.yaml`), ...globSync('examples/**/*.yaml', { cwd: ROOT })]
  for (const file of files.filter((name) => !name.endsWith('troupe.config.yaml'))) {
    const problem = judge(readFileSync(new URL(file, ROOT), 'utf8'))
    assert.is(problem, undefined, `${file}: ${problem}`)
  }
})

const REFUSED: Record<string, string> = {
  'an unknown key': 'workflow: a\nsteps: [{ id: a, set: { x: 1 } }]\nstep: 1\n',
  'an unknown key of a step': 'workflow: a\nsteps: [{ id: a, set: { x: 1 }, timout: 1s }]\n',
  'a step without an id': 'workflow: a\nsteps: [{ set: { x: 1 } }]\n',
  'a step of two kinds': 'workflow: a\nsteps: [{ id: a, tool: x, set: { x: 1 } }]\n',
  'a bad duration': 'workflow: a\nsteps: [{ id: a, set: { x: 1 }, timeout: 5 }]\n',
  'a loop without max': 'workflow: a\nsteps: [{ id: a, loop: { until: b }, do: [{ id: c, set: { x: 1 } }] }]\n',
}

for (const [title, text] of Object.entries(REFUSED)) {
  test(`${title} is refused`, () => assert.ok(judge(text)))
}

test('editors are offered the tools of this release wherever one is named, and other names pass', () => {
  const { $defs = {} } = createWorkflowJsonSchema(CATALOGUE)
  const offered = ($defs.tool_name?.anyOf ?? []).flatMap(({ const: name }) => name ?? [])
  const available = [...CATALOGUE.tools.values()].filter((tool) => tool.available).map(({ name }) => name)
  assert.ok(offered.includes('http.get'))
  assert.equal(offered, available)
  const text = `workflow: a
tools: { mine: { tool: shop.price } }
steps:
  - { id: a, tool: mine, undo: { tool: mcp.shop.refund } }
  - { id: b, llm: mock/echo, prompt: hi, tools: [http.get, shop.price] }
`
  assert.is(judge(text), undefined)
  assert.is(JSON.stringify($defs).split('#/$defs/tool_name').length - 1, 3)
})

/** All descriptions that an editor may show stand at properties. */
const findUndescribed = (schema: JsonSchema, path: string): string[] => {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    value.description === undefined ? [`${path}.${key}`] : findUndescribed(value, `${path}.${key}`),
  )
  const inner = Object.entries(schema.$defs ?? {}).flatMap(([name, value]) => findUndescribed(value, name))
  return [...own, ...inner]
}

test('every key is explained', () => {
  assert.equal(findUndescribed(createWorkflowJsonSchema(CATALOGUE), 'workflow'), [])
  assert.equal(findUndescribed(createConfigJsonSchema(PROVIDER_NAMES), 'config'), [])
})

test.run()
