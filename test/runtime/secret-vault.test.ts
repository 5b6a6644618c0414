import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import type { RunNotice } from '../../src/runtime/run-notice.ts'
import { SecretVault } from '../../src/runtime/secret-vault.ts'
import { catchFault } from '../support/catch-fault.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'

/** With all that the forms below must change: blanks, quotes, slashes, letters beyond ASCII. */
const PLANTED = 'pl4nted "s€cret"/with+marks & (more)!'

const percentLower = (text: string): string => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())

const FORMS: [name: string, write: (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['URL-encoded', encodeURIComponent],
  ['URL-encoded in small letters', percentLower],
  ['in a form', (secret) => new URLSearchParams({ token: secret }).toString()],
  ['Base64', (secret) => Buffer.from(secret).toString('base64')],
  ['Base64 of a longer text', (secret) => Buffer.from(`user:${secret}`).toString('base64')],
  ['Base64 behind two bytes', (secret) => Buffer.from(`ab${secret}cd`).toString('base64')],
  ['Base64 for URLs', (secret) => Buffer.from(`x${secret}`).toString('base64url')],
  ['JSON text', (secret) => JSON.stringify({ token: secret })],
]

const vault = new SecretVault({ TOKEN: PLANTED })

/** Whether six characters in a row of any form of the secret are left. */
const leaks = (text: string): boolean =>
  FORMS.some(([, write]) => {
    const written = write(PLANTED).replace(/^(token=|\{"token":")|"\}$/g, '')
    for (let at = 4; at + 10 <= written.length - 4; at++) if (text.includes(written.slice(at, at + 10))) return true
    return false
  })

const test = suite('secret vault')

for (const [name, write] of FORMS) {
  test(`J9 a secret ${name} is redacted, in texts and in keys, at any depth`, () => {
    const text = `before ${write(PLANTED)} after ${write(PLANTED)}`
    assert.ok(leaks(text), 'the search for leaks finds it')
    const redacted = vault.redact({ list: [{ deep: text }], [text]: 1 })
    assert.not.ok(leaks(JSON.stringify(redacted)), JSON.stringify(redacted))
    assert.match(JSON.stringify(redacted), /\[secret TOKEN\]/)
  })
}

test('the longest of secrets that hold each other is the one that is named', () => {
  const both = new SecretVault({ SHORT: 'password', LONG: 'password-and-more' })
  assert.is(both.redact('a password-and-more, a password'), 'a [secret LONG], a [secret SHORT]')
})

test('characters that mean something in a regular expression mean themselves', () => {
  assert.is(new SecretVault({ KEY: '(.*)+[a-z]' }).redact('x(.*)+[a-z]y and xyz'), 'x[secret KEY]y and xyz')
})

test('what holds no secret comes back equal, other types too', async () => {
  await fc.assert(
    fc.property(fc.jsonValue(), (value) => assert.equal(vault.redact(value as JsonValue), value as JsonValue)),
  )
})

test('without secrets a value is not even copied', () => {
  const value = { a: [1] }
  assert.is(new SecretVault().redact(value), value)
})

test('a value of fewer than 8 characters is refused, and not told', async () => {
  const fault = await catchFault(() => new SecretVault({ PIN: '1234567' }))
  assert.is(fault.code, 'invalid_input')
  assert.not.match(fault.message, /1234567/)
})

test('secrets are put in only where the workflow wrote them', async () => {
  const input = { header: null, data: { $secret: 'TOKEN' }, list: [1, null] }
  const resolved = vault.resolve(input, [
    { path: ['header'], name: 'TOKEN' },
    { path: ['list', 1], name: 'TOKEN' },
  ]) as JsonObject
  assert.equal(resolved, { header: PLANTED, data: { $secret: 'TOKEN' }, list: [1, PLANTED] })
  assert.equal(input.header, null, 'the input itself stays without it')
  const fault = await catchFault(() => vault.resolve({}, [{ path: [], name: 'OTHER' }]))
  assert.is(fault.code, 'unauthorized')
})

const runs = suite('secrets in runs')

runs('J9 what actors, inputs and faults bring back never reaches a row, a notice, an end or a later step', async () => {
  const compiled = compileWorkflow(`
secrets: [TOKEN]
input: { note: string }
steps:
  - { id: a, tool: http.post, with: { url: "https://example.org/", headers: { token: "\${secrets.TOKEN}" } } }
  - { id: b, llm: mock/echo, prompt: "\${input.note}", on_error: continue, retry: { max: 2, backoff: 1s..1s } }
  - { id: f, foreach: "[1]", do: [{ id: c, llm: mock/echo, prompt: "again \${input.note}" }] }
output: { all: steps.f.output, error: "steps.?b.?error.orValue(null)", a: steps.a.status }
`)
  const bad = FORMS.map(([, write]) => write(PLANTED)).join(' | ')
  const seen: JsonValue[] = []
  const world = new ScriptedWorld({
    decide: (id) =>
      id.startsWith('b') ? { fault: { code: 'unavailable', retryable: true } } : { output: { text: bad } },
  })
  world.createPlacement = () => ({
    perform: async (call, { progress }) => {
      seen.push(call.input)
      progress({ kind: 'text', text: bad })
      if (call.actor === 'mock/echo' && JSON.stringify(call.input).includes('again')) return { [bad]: bad, text: bad }
      if (call.kind === 'tool') return { status: 200, headers: { [bad]: bad }, body: bad }
      throw new Error(`it did not like ${bad}`)
    },
  })
  const notices: RunNotice[] = []
  const { rows, record, exit } = await driveRun({
    compiled,
    world,
    vault,
    input: { note: `my note: ${bad}` },
    watch: (notice) => notices.push(notice),
  })
  assert.is(record.status, 'completed')
  for (const [name, what] of Object.entries({ rows, record, exit, notices, seen })) {
    const text = JSON.stringify(what)
    assert.not.ok(leaks(text), `${name}: ${text}`)
    assert.match(text, /\[secret TOKEN\]/, `${name} hold it by its name`)
  }
  assert.not.ok(leaks(compiled.hash + JSON.stringify(compiled.root.config)))
})

for (const one of [test, runs]) one.run()
