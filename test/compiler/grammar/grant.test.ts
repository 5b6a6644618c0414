import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PROVIDER_NAMES } from '../../../src/actors/llm/providers.ts'
import { type GrantPlace, listConfigGrants, readConfig, withholdConfigGrants } from '../../../src/compiler/config.ts'
import { Diagnostics } from '../../../src/compiler/diagnostic.ts'
import { createConfigFields } from '../../../src/compiler/grammar/config-grammar.ts'
import { createConfigJsonSchema } from '../../../src/compiler/grammar/config-json-schema.ts'
import { createSource } from '../../../src/compiler/source.ts'
import type { JsonSchema } from '../../../src/core/json-schema.ts'

const test = suite('grants of config keys')

/** Paths that begin with `/` are outside the project. */
const PLACE: GrantPlace = {
  locate: (path) => (path.startsWith('/') ? path : `/project/${path}`),
  locateOutside: (path) => (path.startsWith('/') ? path : undefined),
  locateDatabaseOutside: (address) => (address.startsWith('/') ? address : undefined),
}

const read = (text: string) => {
  const source = createSource('troupe.config.yaml', text)
  const diagnostics = new Diagnostics(source)
  const config = readConfig(source, diagnostics, PROVIDER_NAMES)
  if (config === undefined || diagnostics.hasErrors) throw new Error(JSON.stringify(diagnostics.toList()))
  return config
}

const listOf = (text: string): string[] =>
  listConfigGrants(read(text), PROVIDER_NAMES, PLACE).map(({ path, value }) => `${path.join('.')} = ${value}`)

test('each key declares whether it grants something', () => {
  const declared = Object.entries(createConfigFields(PROVIDER_NAMES)).map(([key, { grants }]) => [
    key,
    grants !== 'nothing',
  ])
  assert.equal(Object.fromEntries(declared), {
    db: true,
    durability: false,
    nats: true,
    files: true,
    http: true,
    json: false,
    env: true,
    secrets: true,
    providers: true,
    embed: false,
    prices: false,
    shell: true,
    retention: false,
  })
})

/** Every key with an example that reaches out of the project, and the grants that it makes. */
const REACHING: Record<string, [config: string, grants: string[]]> = {
  db: ['db: /home/ann/all.db', ['db = /home/ann/all.db']],
  durability: ['durability: power', []],
  nats: ['nats: "nats://10.0.0.1:4222"', ['nats = nats://10.0.0.1:4222']],
  'files.roots': ['files: { roots: [data, /etc] }', ['files.roots = /etc']],
  'files.read': ['files: { read: [data, /etc] }', ['files.read = /etc']],
  'files.write': ['files: { write: [out, /etc] }', ['files.write = /etc']],
  'http.allow': ['http: { allow: ["127.0.0.1:80"] }', ['http.allow = 127.0.0.1:80']],
  'json.eval': ['json: { eval: true }', []],
  env: ['env: [AWS_SECRET]', ['env.AWS_SECRET = the variable AWS_SECRET']],
  'secrets.*': ['secrets: { AWS_SECRET: env }', ['secrets.AWS_SECRET = the variable AWS_SECRET']],
  'secrets.*.file': ['secrets: { KEY: { file: /etc/shadow } }', ['secrets.KEY = the file /etc/shadow']],
  'providers.*.kind': ['providers: { own: { kind: openai } }', []],
  'providers.*.base_url': [
    'providers: { own: { kind: openai, base_url: "http://evil.example/v1" } }',
    ['providers.own.base_url = http://evil.example/v1'],
  ],
  'providers.*.key': [
    'providers: { own: { kind: openai, key: AWS_SECRET } }',
    ['providers.own.key = the secret AWS_SECRET'],
  ],
  'providers.*.headers.*': [
    'providers: { own: { kind: openai, headers: { x-team: blue } } }',
    ['providers.own.headers.x-team = "blue"'],
  ],
  'providers.*.query.*': ['providers: { own: { kind: openai, query: { v: "1" } } }', ['providers.own.query.v = "1"']],
  'providers.*.body': [
    'providers: { own: { kind: openai, body: { store: true } } }',
    ['providers.own.body.store = true'],
  ],
  'providers.*.concurrency': ['providers: { own: { kind: openai, concurrency: 4 } }', []],
  'providers.*.rate': ['providers: { own: { kind: openai, rate: 60/1m } }', []],
  'providers.*.max_tokens_field': ['providers: { own: { kind: openai, max_tokens_field: max_tokens } }', []],
  'providers.*.structured_output': ['providers: { own: { kind: openai, structured_output: words } }', []],
  'providers.*.stream_usage': ['providers: { own: { kind: openai, stream_usage: false } }', []],
  embed: ['embed: ollama/nomic-embed-text', []],
  'prices.*.input': ['prices: { own/big: { input: 1, output: 2 } }', []],
  'prices.*.output': ['prices: { own/big: { input: 1, output: 2 } }', []],
  'prices.*.cached': ['prices: { own/big: { input: 1, output: 2, cached: 1 } }', []],
  'prices.*.cache_write': ['prices: { own/big: { input: 1, output: 2, cache_write: 1 } }', []],
  'shell.allow': ['shell: { allow: [rm] }', ['shell.allow = rm']],
  'retention.completed': ['retention: { completed: 1h }', []],
  'retention.failed': ['retention: { failed: 1h }', []],
  'retention.keep': ['retention: { keep: 1 }', []],
}

/** Paths of all keys that hold a value. */
const listKeys = (schema: JsonSchema, root: JsonSchema, at = ''): string[] => {
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '')?.[1]
  const target = name === undefined ? undefined : (root.$defs as Record<string, JsonSchema>)[name]
  if (target !== undefined) return listKeys(target, root, at)
  const inner = [
    ...(schema.anyOf ?? []).flatMap((one) => listKeys(one as JsonSchema, root, at)),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, one]) =>
      listKeys(one as JsonSchema, root, at === '' ? key : `${at}.${key}`),
    ),
    ...(typeof schema.additionalProperties === 'object'
      ? listKeys(schema.additionalProperties as JsonSchema, root, `${at}.*`)
      : []),
  ]
  return inner.length === 0 ? [at] : inner
}

test('the table below has every key of the config', () => {
  const schema = createConfigJsonSchema(PROVIDER_NAMES)
  assert.equal([...new Set(listKeys(schema, schema))].sort(), Object.keys(REACHING).sort())
})

for (const [key, [config, grants]] of Object.entries(REACHING))
  test(`${key} grants ${grants.length === 0 ? 'nothing' : 'what lies outside'}, and nothing is left of it without trust`, () => {
    assert.equal(listOf(config), grants)
    const withheld = withholdConfigGrants(read(config), PROVIDER_NAMES, PLACE)
    assert.equal(listConfigGrants(withheld, PROVIDER_NAMES, PLACE), [])
    if (grants.length === 0) assert.equal(withheld, read(config))
  })

test('folders, files and databases inside the project are no grant', () => {
  assert.equal(listOf('files: { roots: [.], read: [data], write: [out] }\ndb: data/runs.db\n'), [])
  const config = read('files: { read: [data, /etc] }')
  assert.equal(withholdConfigGrants(config, PROVIDER_NAMES, PLACE).files.read, ['data'])
})

test.run()
