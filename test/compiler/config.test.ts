import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PROVIDER_NAMES } from '../../src/actors/llm/providers.ts'
import { type ProjectConfig, readConfig } from '../../src/compiler/config.ts'
import { Diagnostics } from '../../src/compiler/diagnostic.ts'
import { createSource } from '../../src/compiler/source.ts'

const read = (text: string): { config: ProjectConfig | undefined; found: string[] } => {
  const source = createSource('troupe.config.yaml', text)
  const diagnostics = new Diagnostics(source)
  const config = readConfig(source, diagnostics, PROVIDER_NAMES)
  return {
    config,
    found: diagnostics.toList().map(({ line, column, code, hint }) => `${line}:${column} ${code} ${hint}`),
  }
}

const EMPTY: ProjectConfig = {
  files: {},
  http: { allow: [] },
  env: [],
  secrets: new Map(),
  providers: new Map(),
  prices: new Map(),
  json: { eval: false },
  shell: { allow: [] },
  retention: {},
}

const test = suite('config')

test('no provider is called workflow, by which the usage of child runs is told', () => {
  const { config, found } = read('providers:\n  workflow: { kind: openai }\n  local: { kind: ollama }\n')
  assert.equal(found, ["2:3 reserved_name usage of child runs is told by it; write 'workflow_models'"])
  assert.equal([...(config?.providers.keys() ?? [])], ['local'])
})

test('no provider is called mock, which answers by itself', () => {
  const { config, found } = read('providers:\n  mock: { kind: openai }\n')
  assert.equal(found, ["2:3 reserved_name the built-in models for tests have it; write 'mock_models'"])
  assert.is(config?.providers.size, 0)
})

test('a key that was pasted into the config is told where it belongs', () => {
  const { found } = read('providers:\n  own: { kind: openai, key: sk-1234 }\n')
  assert.match(found[0] ?? '', /^2:29 bad_name a key itself does not belong in this file: export it/)
})

test('every key of the language reference is read', () => {
  const { config, found } = read(`db: .troupe/troupe.db            # or postgres://…
durability: process
nats: nats://127.0.0.1:4222
files: { roots: [data], write: [out] }
http: { allow: ["127.0.0.1:8080", "intranet.example"] }
env: [REGION]
secrets: { TICKETS_SECRET: env, OPENAI_API_KEY: { file: /run/secrets/openai } }
providers: { local: { kind: openai, base_url: "http://127.0.0.1:8000/v1", key: LOCAL_KEY } }
embed: local/qwen3-embedding
prices: { local/qwen3: { input: 0, output: 0.5 } }
json: { eval: true }
shell: { allow: [] }
retention: { completed: 30d, failed: 90d, keep: 10000 }
`)
  assert.equal(found, [])
  assert.equal(config, {
    db: '.troupe/troupe.db',
    durability: 'process',
    nats: 'nats://127.0.0.1:4222',
    files: { roots: ['data'], write: ['out'] },
    http: { allow: ['127.0.0.1:8080', 'intranet.example'] },
    env: ['REGION'],
    secrets: new Map([
      ['TICKETS_SECRET', { kind: 'env' }],
      ['OPENAI_API_KEY', { kind: 'file', file: '/run/secrets/openai' }],
    ]),
    providers: new Map([['local', { kind: 'openai', baseUrl: 'http://127.0.0.1:8000/v1', key: 'LOCAL_KEY' }]]),
    embed: 'local/qwen3-embedding',
    prices: new Map([['local/qwen3', { inputUsd: 0, outputUsd: 0.5 }]]),
    json: { eval: true },
    shell: { allow: [] },
    retention: { completedMs: 30 * 86_400_000, failedMs: 90 * 86_400_000, keep: 10_000 },
  })
})

test('a config without content is the default config', () => {
  assert.equal(read('').config, EMPTY)
  assert.equal(read('# later\n'), { config: EMPTY, found: [] })
})

test('findings name the place and what was meant', () => {
  const { found } = read(`durabilty: process
durability: both
http: { allow: ["http://a/b"] }
secrets: { TOKEN: envv }
prices: { qwen: { input: -1 } }
`)
  assert.equal(found, [
    "1:1 unknown_key did you mean 'durability'?",
    '2:13 unknown_word null',
    '3:17 wrong_shape null',
    "4:19 unknown_word did you mean 'env'?",
    '5:11 wrong_shape null',
    '5:17 missing_key add `output:` — US dollars for a million tokens of output.',
    '5:26 wrong_shape null',
  ])
})

test('a wildcard or a range among the hosts is an error, since it would match nothing', () => {
  for (const host of ['*', '*.intranet.example', '10.0.0.0/8'])
    assert.equal(read(`http: { allow: ["${host}"] }\n`).found, ['1:17 wrong_shape null'], host)
})

for (const [what, text, ...expected] of [
  ['a kind', 'embed: ollama/nomic-embed-text\n'],
  ['the mock', 'embed: mock/embed\n'],
  ['a provider of the project', 'providers: { own: { kind: mistral } }\nembed: own/mistral-embed\n'],
  ['a kind without such models', 'embed: anthropic/claude\n', '1:8 unknown_model write embed: ollama/nomic-embed-text'],
  [
    'a provider of such a kind',
    'providers: { own: { kind: groq } }\nembed: own/a\n',
    '2:8 unknown_model write embed: ollama/nomic-embed-text',
  ],
  ['a misspelt provider', 'embed: olama/a/b\n', "1:8 unknown_model did you mean 'ollama/a/b'?"],
  ['a name without a provider', 'embed: nomic-embed-text\n', '1:8 wrong_shape null'],
] as const)
  test(`the model for vectors is one of ${what}: ${expected.length === 0 ? 'right' : 'an error of the config'}`, () => {
    assert.equal(read(text).found, expected)
  })

test('a kind without vectors is an error that names those that have them', () => {
  const source = createSource('troupe.config.yaml', 'providers: { own: { kind: ollama } }\nembed: xai/grok-4\n')
  const diagnostics = new Diagnostics(source)
  readConfig(source, diagnostics, PROVIDER_NAMES)
  assert.is(
    diagnostics.toList()[0]?.message,
    "'xai' has no models that turn texts into vectors: expected one of mock, openai, gemini, ollama, mistral, openrouter, azure, own",
  )
})

test('values never hold expressions', () => {
  assert.is(read('db: "${env.HOME}/a.db"\n').config?.db, '${env.HOME}/a.db')
})

test('a config that is no map has no result', () => {
  assert.equal(read('[a]\n'), { config: undefined, found: ['1:1 wrong_shape null'] })
})

test.run()
