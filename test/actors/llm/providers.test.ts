import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProviderSettings } from '../../../src/actors/llm/provider.ts'
import { loadProvider, PROVIDER_DESCRIPTIONS } from '../../../src/actors/llm/providers.ts'
import { isFault } from '../../../src/core/fault.ts'

const test = suite('providers')

const codeOf = async (name: string, settings: ProviderSettings = {}): Promise<[string, string]> => {
  const providers = Object.keys(settings).length === 0 ? {} : { [name]: { kind: name, settings } }
  const error = await loadProvider(name, { providers }).catch((thrown: unknown) => thrown)
  return isFault(error) ? [error.code, error.message] : ['loaded', '']
}

for (const { name, available } of PROVIDER_DESCRIPTIONS) {
  test(`${name} is ${available ? 'loaded' : 'known, but not available yet'}`, async () => {
    // A resource of Azure has an address of its own.
    const [code] = await codeOf(name, name === 'azure' ? { baseUrl: 'https://own.openai.azure.com' } : {})
    assert.is(code, available ? 'loaded' : 'unavailable')
  })
}

test('the fault of an unknown provider has the nearest name', async () => {
  const [code, message] = await codeOf('olama')
  assert.is(code, 'not_found')
  assert.match(message, "did you mean 'ollama'?")
})

test('a provider under its own name is loaded by its kind', async () => {
  const settings = { baseUrl: 'http://127.0.0.1:1/v1' }
  const actor = await loadProvider('local', { providers: { local: { kind: 'openai', settings } } })
  assert.is(actor.name, 'local')
})

for (const baseUrl of ['api.example/v1', 'ftp://api.example', 'https://user:password@api.example/v1'])
  test(`the address ${baseUrl} is the fault invalid_input, and is not repeated`, async () => {
    const providers = { local: { kind: 'openai' as const, settings: { baseUrl } } }
    const error = await loadProvider('local', { providers }).catch((thrown: unknown) => thrown)
    assert.ok(isFault(error) && error.code === 'invalid_input' && !error.message.includes('example'), String(error))
  })

test('own names are among the nearest names of an unknown provider', async () => {
  const settings = {}
  const error = await loadProvider('locl', { providers: { local: { kind: 'ollama', settings } } }).catch(String)
  assert.match(String(error), "did you mean 'local'?")
})

test.run()
