import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readProject } from '../../../src/app/project/project.ts'
import { keysOf, type Providers, readProviders } from '../../../src/app/project/provider-access.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const read = async (environment: Record<string, string> = {}, config = ''): Promise<Providers> => {
  const { path } = createTempFolder({ 'troupe.config.yaml': config })
  const { project, diagnostics } = await readProject({ folder: path, workingFolder: path, environment, trust: true })
  assert.ok(project, JSON.stringify(diagnostics?.toList()))
  return readProviders(project, environment)
}

const test = suite('provider access')

test('without anything the vendors are asked, which need keys', async () => {
  assert.equal(await read(), {
    openai: { kind: 'openai', settings: { keyVariable: 'OPENAI_API_KEY' } },
    anthropic: { kind: 'anthropic', settings: { keyVariable: 'ANTHROPIC_API_KEY' } },
    gemini: { kind: 'gemini', settings: { keyVariable: 'GEMINI_API_KEY' } },
    ollama: { kind: 'ollama', settings: {} },
    mistral: { kind: 'mistral', settings: { keyVariable: 'MISTRAL_API_KEY' } },
    xai: { kind: 'xai', settings: { keyVariable: 'XAI_API_KEY' } },
    deepseek: { kind: 'deepseek', settings: { keyVariable: 'DEEPSEEK_API_KEY' } },
    groq: { kind: 'groq', settings: { keyVariable: 'GROQ_API_KEY' } },
    openrouter: { kind: 'openrouter', settings: { keyVariable: 'OPENROUTER_API_KEY' } },
    azure: { kind: 'azure', settings: { keyVariable: 'AZURE_OPENAI_API_KEY' } },
  })
})

test('keys and addresses come by the names that users of the vendors know', async () => {
  const { openai, gemini, ollama } = await read({
    OPENAI_API_KEY: 'k-openai',
    OPENAI_BASE_URL: 'http://one.example/v1',
    GOOGLE_API_KEY: 'k-google',
    OLLAMA_HOST: 'two.example',
  })
  assert.equal(openai?.settings, {
    keyVariable: 'OPENAI_API_KEY',
    apiKey: 'k-openai',
    baseUrl: 'http://one.example/v1',
  })
  assert.equal(gemini?.settings, { keyVariable: 'GOOGLE_API_KEY', apiKey: 'k-google' })
  assert.equal(ollama?.settings, { baseUrl: 'two.example' })
})

test('of two variables for one key the first counts, and an empty one is none', async () => {
  const both = await read({ GEMINI_API_KEY: 'k-gemini', GOOGLE_API_KEY: 'k-google' })
  const empty = await read({ GEMINI_API_KEY: '', GOOGLE_API_KEY: 'k-google', OPENAI_BASE_URL: '' })
  assert.equal([both.gemini?.settings.apiKey, empty.gemini?.settings.apiKey], ['k-gemini', 'k-google'])
  assert.is(empty.openai?.settings.baseUrl, undefined)
})

test('a server of one’s own may need no key', async () => {
  const { openai } = await read({ OPENAI_BASE_URL: 'http://one.example/v1' })
  assert.equal(openai?.settings, { baseUrl: 'http://one.example/v1' })
})

const CONFIG = `
secrets: { LOCAL_KEY: env, ANTHROPIC_API_KEY: { file: key.txt } }
providers:
  local: { kind: openai, base_url: "http://127.0.0.1:8000/v1", key: LOCAL_KEY }
  open: { kind: ollama, base_url: "http://127.0.0.1:11434" }
  openai: { kind: openai, base_url: "http://proxy.example/v1" }
`

test('providers of the config have names of their own, and keys that are secrets', async () => {
  const { local, open } = await read({ LOCAL_KEY: 'k-local-1' }, CONFIG)
  const settings = { baseUrl: 'http://127.0.0.1:8000/v1', keyVariable: 'LOCAL_KEY', apiKey: 'k-local-1' }
  assert.equal(local, { kind: 'openai', settings })
  assert.equal(open, { kind: 'ollama', settings: { baseUrl: 'http://127.0.0.1:11434' } })
})

test('a key of the config that is not set is missed by the step that needs it, and by no other', async () => {
  assert.equal((await read({}, CONFIG)).local?.settings.apiKey, undefined)
  assert.is((await read({}, CONFIG)).local?.settings.keyVariable, 'LOCAL_KEY')
})

test('the config may give a built-in provider an address, and a variable wins over it', async () => {
  assert.is((await read({}, CONFIG)).openai?.settings.baseUrl, 'http://proxy.example/v1')
  assert.is(
    (await read({ OPENAI_BASE_URL: 'http://one.example' }, CONFIG)).openai?.settings.baseUrl,
    'http://one.example',
  )
})

test('a key may be in a file', async () => {
  const { path, write } = createTempFolder({ 'troupe.config.yaml': CONFIG })
  write('key.txt', 'k-from-a-file\n')
  const { project } = await readProject({ folder: path, workingFolder: path, environment: {}, trust: true })
  assert.ok(project)
  assert.is(readProviders(project, {}).anthropic?.settings.apiKey, 'k-from-a-file')
})

test('keys long enough to be found are secrets', async () => {
  const providers = await read({ OPENAI_API_KEY: 'k-openai-1', GEMINI_API_KEY: 'none' })
  assert.equal(keysOf(providers), { OPENAI_API_KEY: 'k-openai-1' })
})

test('the config sets headers, query, body and the ways of a server', async () => {
  const { own } = await read(
    {},
    `providers:
  own:
    kind: azure
    base_url: https://own.example
    headers: { x-team: blue }
    query: { api-version: "2024-10-21" }
    body: { store: false, user: { id: 1 } }
    max_tokens_field: max_completion_tokens
    structured_output: words
    stream_usage: false
`,
  )
  assert.equal(own?.settings, {
    baseUrl: 'https://own.example',
    headers: { 'x-team': 'blue' },
    query: { 'api-version': '2024-10-21' },
    body: { store: false, user: { id: 1 } },
    maxTokensField: 'max_completion_tokens',
    structuredOutput: 'words',
    streamUsage: false,
  })
})

test('a setting that a kind can’t have is a finding, and so is an unknown one, with the nearest name', async () => {
  const { path } = createTempFolder({
    'troupe.config.yaml': `providers:
  claude: { kind: anthropic, stream_usage: false }
  own: { kind: openai, header: { a: b } }
  third: { kind: mistrl }
`,
  })
  const { diagnostics } = await readProject({ folder: path, workingFolder: path, environment: {}, trust: true })
  const found = (diagnostics?.toList() ?? []).map(({ message, hint }) => `${message} ${hint}`)
  assert.is(found.length, 3, found.join('\n'))
  assert.match(found[0] ?? '', "'stream_usage' is no setting of the kind 'anthropic': expected one of openai, ")
  assert.match(found[1] ?? '', "did you mean 'headers'?")
  assert.match(found[2] ?? '', 'mistral')
})

test.run()
