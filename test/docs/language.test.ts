import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PROVIDER_DESCRIPTIONS } from '../../src/actors/llm/providers.ts'
import { TOOL_DESCRIPTIONS } from '../../src/actors/tools/tool-catalogue.ts'
import { compile } from '../../src/compiler/compile.ts'
import { formatDiagnostic } from '../../src/compiler/diagnostic.ts'
import { createWorkflowJsonSchema } from '../../src/compiler/grammar/workflow-json-schema.ts'
import { createSource, toPosition } from '../../src/compiler/source.ts'
import { STEP_KINDS } from '../../src/compiler/steps/step-kinds.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

const page = readFileSync(join(REPOSITORY_FOLDER, 'docs/language.md'), 'utf8')
const pageSource = createSource('docs/language.md', page)

const catalogue = {
  tools: new Map(TOOL_DESCRIPTIONS.map((tool) => [tool.name, tool])),
  providers: new Map(PROVIDER_DESCRIPTIONS.map((provider) => [provider.name, provider])),
}

/** The workflow that an example calls. */
const CALLED = 'workflow: summarise\ninput: { text: string }\nsteps: [{ id: a, set: { x: input.text } }]'
const links = { file: () => undefined, workflow: (name: string) => createSource(name, CALLED) }

const EXAMPLES = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(({ index, 1: text = '' }) => ({
  line: toPosition(pageSource, index).line + 1,
  text: text.startsWith('workflow:') ? text : `workflow: example\n${text}`,
}))

const test = suite('language reference')

test('it has an example of every kind of step', () => {
  assert.equal(
    Object.keys(STEP_KINDS).filter(
      (kind) => !EXAMPLES.some(({ text }) => new RegExp(`^ {4}${kind}: ?`, 'm').test(text)),
    ),
    [],
  )
})

for (const { line, text } of EXAMPLES) {
  test(`its example at line ${line} has no error`, () => {
    const source = createSource('example.yaml', text)
    const { diagnostics } = compile(source, { catalogue, links })
    const errors = diagnostics.filter(({ severity, code }) => severity === 'error' || code !== 'not_available_yet')
    assert.is(errors.map((error) => formatDiagnostic(error, source)).join('\n'), '')
  })
}

/** Names of all keys of the grammar whose values are expressions, or templates, by its JSON Schema. */
const findKeys = (names: readonly string[]): Set<string> => {
  const found = new Set<string>()
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    if ('properties' in part && typeof part.properties === 'object' && part.properties !== null)
      for (const [key, schema] of Object.entries(part.properties)) if (holds(schema, names)) found.add(key)
    Object.values(part).forEach(visit)
  }
  visit(createWorkflowJsonSchema({ tools: new Map() }))
  return found
}

/** A schema speaks of its own value, and not of the keys inside it. */
const holds = (schema: unknown, names: readonly string[]): boolean => {
  if (typeof schema !== 'object' || schema === null) return false
  if ('$ref' in schema) return names.some((name) => schema.$ref === `#/$defs/${name}`)
  if ('pattern' in schema && schema.pattern === '\\$\\{') return names.includes('template')
  return Object.entries(schema).some(([keyword, inner]) => keyword !== 'properties' && holds(inner, names))
}

const keysOfRow = (title: string): Set<string> => {
  const [, keys = ''] = page.match(new RegExp(`^\\| ${title}[^|]*\\|([^|]*)\\|$`, 'm')) ?? []
  return new Set([...keys.matchAll(/`([a-z_]+)`/g)].map(([, key = '']) => key))
}

test('it names every key whose value is an expression, and every one whose value is a template', () => {
  assert.equal([...keysOfRow('an expression')].sort(), [...findKeys(['expression', 'expression_value'])].sort())
  assert.equal([...keysOfRow('a template')].sort(), [...findKeys(['template', 'template_text'])].sort())
})

test('it says the default of missed times', () => {
  const { $defs = {} } = createWorkflowJsonSchema({ tools: new Map() })
  assert.match(JSON.stringify($defs.triggers), '"default":"once"')
  assert.match(page, '`missed`: `once` (default)')
})

test('its links lead somewhere', () => {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
  const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, link = '']) => link)
  assert.ok(links.length > 20)
  assert.equal(
    links.filter((link) => !headings.includes(link)),
    [],
  )
})

test.run()
