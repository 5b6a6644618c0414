import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import { compile } from '../../../src/compiler/compile.ts'
import { createSource } from '../../../src/compiler/source.ts'
import { HASHING } from '../../../src/compiler/workflow-hash.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { toDefinition } from '../../../src/runtime/new-run.ts'
import { compileStored } from '../../../src/service/workflows/compile-stored.ts'
import type { Definition } from '../../../src/store/store.ts'

const test = suite('the hash of a stored workflow')

const CHILD = createSource('child.yaml', 'workflow: child\nsteps: [{ id: a, tool: time.now }]\noutput: 1\n')
const SOURCE = `workflow: parent
input: { name: string, n?: integer }
models: { m: mock/echo }
steps:
  - { id: a, tool: http.get, with: { url: "https://a.example" }, retry: { max: 2, backoff: 1s..2s } }
  - { id: b, llm: m, prompt: "Hi \${input.name}", returns: { text: string } }
  - { id: f, foreach: "[1, 2]", do: [{ id: g, workflow: child }] }
  - { id: h, approve: { title: Sure? }, timeout: 1h }
`

const catalogue = createCatalogue()

const compileSource = (text = SOURCE) => {
  const { compiled, diagnostics } = compile(createSource('parent.yaml', text), {
    catalogue,
    links: { file: () => undefined, workflow: (name) => (name === 'child' ? CHILD : undefined) },
  })
  if (compiled === undefined) throw new Error(JSON.stringify(diagnostics))
  return compiled
}

const store = (text?: string): Definition => JSON.parse(JSON.stringify(toDefinition(compileSource(text))))

/** Fails when the same text gets another hash: then HASHING has to be raised, and this line changed with it. */
test(`of version ${HASHING} does not change with a release`, () => {
  const withoutTools = compile(createSource('w.yaml', 'workflow: w\nsteps: [{ id: a, set: { n: 1 } }]\n'), {
    catalogue,
  })
  assert.is(
    `${HASHING} ${withoutTools.compiled?.hash}`,
    '1 cc869ddc9375eb4d8e905e2162340e3d76d224faf77fecdcc315a048989e2be1',
  )
})

test('is computed again from its text, its links and the schemas of its tools as they were', () => {
  const definition = store()
  const changed = new Map(
    [...catalogue.tools].map(([name, entry]) => [name, { ...entry, output: { type: 'object', title: 'other' } }]),
  )
  assert.is(compileStored(definition, { catalogue: { ...catalogue, tools: changed } }).hash, definition.hash)
})

const changes: [what: string, change: (definition: Definition) => Partial<Definition>][] = [
  ['text', ({ source }) => ({ source: source.replace('a.example', 'b.example') })],
  ['called workflow', ({ links }) => ({ links: JSON.parse(JSON.stringify(links).replace('output: 1', 'output: 2')) })],
  [
    'schema of a tool',
    ({ links }) => ({ links: { ...(links as JsonObject), tools: { 'http.get': { input: {}, output: {} } } } }),
  ],
  ['own name', () => ({ hash: 'f'.repeat(64) })],
]

for (const [what, change] of changes)
  test(`refuses a changed ${what} when it is loaded, and says so`, () => {
    const definition = store()
    assert.throws(
      () => compileStored({ ...definition, ...change(definition) }, { catalogue }),
      /the stored text of 'parent.yaml' was changed: expected the workflow with the hash '\w{64}', got '\w{64}'/,
    )
  })

test('of a release that did not say how it computed it is not compared', () => {
  const { links, ...definition } = store()
  const { hashing: _, ...old } = links as JsonObject
  assert.is(compileStored({ ...definition, hash: 'old', links: old }, { catalogue }).name, 'parent')
})

test.run()
