import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProviderSettings } from '../../../src/actors/llm/provider.ts'
import { expectServer, PROVIDER_KINDS } from '../../../src/actors/llm/providers.ts'
import { catchFault } from '../../support/catch-fault.ts'
import { startHttpServer } from '../../support/http-server.ts'

const test = suite('definitions of providers')

for (const kind of PROVIDER_KINDS) {
  const server = expectServer(kind)
  const call = async (reasoning: string | number | boolean | null, settings: ProviderSettings) => {
    const provider = await server.create({ apiKey: 'a-key-of-some-length', ...settings })
    const messages = [{ role: 'user' as const, content: 'Hello' }]
    const signal = new AbortController().signal
    return catchFault(() =>
      provider.call({ model: 'small', messages, params: { reasoning } }, { signal, onText: undefined }),
    )
  }

  test(`${kind} sends each of its levels of reasoning`, async () => {
    const { url, requests, stop } = await startHttpServer((_request, response) => void response.writeHead(500).end())
    for (const level of server.reasoning ?? []) assert.is((await call(level, { baseUrl: url })).code, 'unavailable')
    assert.is(requests.length, server.reasoning?.length)
    await stop()
  })

  test(`${kind} refuses a level that it has no word for with the fault invalid_input, and sends nothing`, async () => {
    const { url, requests, stop } = await startHttpServer((_request, response) => void response.writeHead(500).end())
    for (const level of ['extreme', 500, null, ...(server.isLocal ? ['xhigh'] : [true])])
      assert.is((await call(level, { baseUrl: url })).code, 'invalid_input', String(level))
    assert.is(requests.length, 0)
    await stop()
  })
}

test.run()
