import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadTool } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { Actor } from '../../../../src/core/actor.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { sendJson, startHttpServer, type TestServer } from '../../../support/http-server.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const refusal = suite('refused addresses')

let server: TestServer
let other: TestServer

refusal.before(async () => {
  other = await startHttpServer((_, response) => sendJson(response, { secret: true }))
  server = await startHttpServer(({ url }, response) => {
    response.writeHead(302, { location: decodeURIComponent(url.slice(1)) }).end()
  })
})
refusal.after(async () => {
  await server.stop()
  await other.stop()
})

const get = async (url: string, allow: string[]): Promise<JsonValue> => {
  const tool: Actor = await loadTool('http.get', createToolOptions({ allow }))
  return tool.perform({ url }, createActorContext())
}

/** Spellings of this machine, or of a cloud's metadata service, that URLs and resolvers understand. */
const HOSTS = [
  '127.0.0.1 127.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.0.0.1. 127.000.000.001 0 0.0.0.0 localhost LOCALHOST',
  '%31%32%37.0.0.1 １２７.０.０.１ ⑫7.0.0.1 127。0。0。1 [::1] [::] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1]',
  '[64:ff9b::127.0.0.1] [2002:7f00:1::] [0:0:0:0:0:0:0:1] [fe80::1] 169.254.169.254 0xa9fea9fe 2852039166 [::ffff:169.254.169.254]',
]
  .join(' ')
  .split(' ')

for (const host of HOSTS)
  refusal(`http://${host} is refused`, async () => {
    const before = other.requests.length
    const fault = await catchFault(() => get(`http://${host}:${other.port}/`, []))
    assert.is(fault.code, 'address_blocked', fault.message)
    assert.match(fault.message, 'http: { allow: [')
    assert.not(fault.retryable)
    assert.is(other.requests.length, before)
  })

for (const host of HOSTS.slice(0, 3))
  refusal(`a redirect to ${host} is refused`, async () => {
    const target = encodeURIComponent(`http://${host}:${other.port}/`)
    const before = other.requests.length
    const fault = await catchFault(() => get(`${server.url}/${target}`, [`127.0.0.1:${server.port}`]))
    assert.is(fault.code, 'address_blocked')
    assert.is(other.requests.length, before)
  })

for (const target of [
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'gopher://127.0.0.1/',
  'http://me:pw@127.0.0.1/',
  'http://',
])
  refusal(`a redirect to ${target} is refused`, async () => {
    const fault = await catchFault(() => get(`${server.url}/${encodeURIComponent(target)}`, ['127.0.0.1']))
    assert.is(fault.code, 'address_blocked')
  })

refusal('an allowed name may lead to a private address, on its port alone', async () => {
  const output = await get(`http://localhost:${other.port}/`, [`localhost:${other.port}`])
  assert.equal((output as { body: JsonValue }).body, { secret: true })
  const fault = await catchFault(() => get(`http://localhost:${other.port}/`, ['localhost:1']))
  assert.is(fault.code, 'address_blocked')
})

refusal('an allowed address is reached by any name of it', async () => {
  const output = await get(`http://localhost:${other.port}/`, [`127.0.0.1:${other.port}`])
  assert.is((output as { status: number }).status, 200)
})

refusal('the message names the line to add to the config', async () => {
  const fault = await catchFault(() => get('http://10.1.2.3/x', []))
  assert.is(
    fault.message,
    `'10.1.2.3:80' is a private address: http tools reach public addresses only\nto allow it, add to troupe.config.yaml: http: { allow: ["10.1.2.3:80"] }`,
  )
  assert.equal(fault.details, { url: 'http://10.1.2.3/x', host: '10.1.2.3', port: 80, address: '10.1.2.3' })
})

refusal.run()
