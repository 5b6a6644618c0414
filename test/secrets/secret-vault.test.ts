import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import type { RunNotice } from '../../src/runtime/run-notice.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import { catchFault } from '../support/catch-fault.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'

/** With all that the forms below must change: blanks, quotes, slashes, letters beyond ASCII. */
const PLANTED = 'pl4nted "s€cret"/with+marks & (more)!'

const toUnicodeEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

const percentLower = (text: string): string => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())

const bytesOf = (text: string, write: (hex: string) => string): string =>
  Array.from(Buffer.from(text), (byte) => write(byte.toString(16).padStart(2, '0'))).join('')

const entitiesOf = (text: string, base: 10 | 16): string =>
  text.replace(/[^a-z0-9]/gi, (one) => `&#${base === 16 ? 'x' : ''}${one.charCodeAt(0).toString(base)};`)

const inLines = (text: string, length: number, end: string): string =>
  text.replace(new RegExp(`.{${length}}(?=.)`, 'g'), (line) => line + end)

const quotedPrintable = (text: string): string =>
  inLines(
    text.replace(/[^ -<>-~]/gu, (one) => bytesOf(one, (hex) => `=${hex.toUpperCase()}`)),
    9,
    '=\r\n',
  ).replace(
    // No line ends within an escape.
    /=([\dA-F]?)=\r\n([\dA-F]{1,2})/g,
    '=$1$2',
  )

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
  ['JSON text in JSON text', (secret) => JSON.stringify(JSON.stringify({ token: secret }))],
  ['JSON text of ASCII alone', (secret) => JSON.stringify(secret).replace(/[^ -~]/g, toUnicodeEscape)],
  ['in the path of an address', (secret) => new URL(`https://a.example/${secret}`).href],
  ['in the query of an address', (secret) => new URL(`https://a.example/?token=${secret}`).href],
  ['in HTML', (secret) => secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
  ['Base64 in a form', (secret) => encodeURIComponent(Buffer.from(`user:${secret}`).toString('base64'))],
  ['in HTML by decimal numbers', (secret) => entitiesOf(secret, 10)],
  ['in HTML by hexadecimal numbers', (secret) => entitiesOf(secret, 16).toUpperCase().replaceAll('&#X', '&#x')],
  ['in HTML in HTML', (secret) => entitiesOf(secret, 10).replaceAll('&', '&amp;')],
  ['URL-encoded twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['URL-encoded three times', (secret) => encodeURIComponent(encodeURIComponent(encodeURIComponent(secret)))],
  ['URL-encoded in every character', (secret) => bytesOf(secret, (hex) => `%${hex}`)],
  [
    'URL-encoded twice in every character',
    (secret) =>
      bytesOf(
        bytesOf(secret, (hex) => `%${hex}`),
        (hex) => `%${hex}`,
      ),
  ],
  ['in \\u escapes alone', (secret) => secret.split('').map(toUnicodeEscape).join('')],
  ['in \\u{} escapes', (secret) => Array.from(secret, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`).join('')],
  ['in \\x escapes', (secret) => bytesOf(secret, (hex) => `\\x${hex}`)],
  ['in \\u escapes of JSON in JSON', (secret) => JSON.stringify(secret.split('').map(toUnicodeEscape).join(''))],
  ['URL-encoded JSON', (secret) => encodeURIComponent(JSON.stringify(secret))],
  ['in HTML, URL-encoded', (secret) => encodeURIComponent(entitiesOf(secret, 10))],
  ['Base64 in lines', (secret) => inLines(Buffer.from(`user:${secret}`).toString('base64'), 16, '\r\n')],
  ['Base64 in lines of YAML', (secret) => inLines(Buffer.from(secret).toString('base64'), 20, '\n      ')],
  ['Base64 in lines in JSON', (secret) => JSON.stringify(inLines(Buffer.from(secret).toString('base64'), 7, '\n'))],
  ['quoted-printable', quotedPrintable],
  ['in CSV', (secret) => `"${secret.replaceAll('"', '""')}"`],
  ['in capital letters', (secret) => secret.toUpperCase()],
  ['of an Authorization header', (secret) => `Basic ${Buffer.from(`someone:${secret}`).toString('base64')}`],
]

const vault = new SecretVault({ TOKEN: PLANTED })

const AROUND =
  /^(token=|\{"token":"|"\{\\"token\\":\\"|https:\/\/a\.example\/(\?token=)?|Basic c29tZW9uZTp)|"\}$|\\"\}"$/g

/** True if ten characters in a row of any form of the secret are left. */
const leaks = (text: string): boolean =>
  FORMS.some(([, write]) => {
    const written = write(PLANTED).replace(AROUND, '')
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

test('a character before a secret that seems to begin an escape with it hides nothing', () => {
  const hexadecimal = new SecretVault({ KEY: 'abcdef0123456789' })
  for (const before of ['%', '%a', '\\', '\\u', '\\x', '&', '&#', '&#x1', '=', '\\\\', '%25', '%5c', '\\u00'])
    assert.is(hexadecimal.redact(`${before}abcdef0123456789.`), `${before}[secret KEY].`)
})

/** Each repeats something that a search could follow far from every place. */
const HOSTILE: Record<string, string> = {
  'a secret without its end': PLANTED.slice(0, -1),
  'an encoded secret without its end': encodeURIComponent(encodeURIComponent(PLANTED)).slice(0, -3),
  'a secret in Base64 without its end': `${Buffer.from(PLANTED).toString('base64').slice(0, 40)}\r\n`,
  backslashes: '\\',
  'percent signs': '%25',
  'percent signs alone': '%',
  entities: '&amp;',
  'open entities': '&#0',
  'soft breaks': '=\r\n',
  'the first letter': 'p',
  'the first letter and a break': 'p=\r\n',
  quotes: '""',
}

for (const [what, part] of Object.entries(HOSTILE))
  test(`a text of nothing but ${what} is searched in linear time, whole and in pieces`, () => {
    const costOf = (length: number): number => {
      const text = part.repeat(Math.ceil(length / part.length))
      const before = process.cpuUsage()
      vault.redact(text)
      vault.redactFault({ code: 'refused', message: text, retryable: false })
      const stream = vault.startText()
      for (let at = 0; at < text.length; at += 1000) stream.push(text.slice(at, at + 1000))
      stream.end()
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    costOf(20_000)
    const [short, long] = [costOf(20_000), costOf(160_000)]
    assert.ok(long < 40 * (short + 5_000), `${short / 1000} ms, and ${long / 1000} ms for eight times as much`)
  })

test('the longest of secrets that hold each other is the one that is named', () => {
  const both = new SecretVault({ SHORT: 'password', LONG: 'password-and-more' })
  assert.is(both.redact('a password-and-more, a password'), 'a [secret LONG], a [secret SHORT]')
})

test('characters that mean something in a regular expression mean themselves', () => {
  assert.is(new SecretVault({ KEY: '(.*)+[a-z]' }).redact('x(.*)+[a-z]y and xyz'), 'x[secret KEY]y and xyz')
})

test('J9 a secret in pieces is redacted wherever it is cut, and the pieces make up the whole', () => {
  for (const [name, write] of FORMS) {
    const text = `before ${write(PLANTED)} between ${write(PLANTED)}`
    for (let length = 1; length <= 12; length++) {
      const stream = vault.startText()
      const told: string[] = []
      for (let at = 0; at < text.length; at += length) told.push(stream.push(text.slice(at, at + length)))
      told.push(stream.end())
      assert.not.ok(leaks(told.join('')), `${name} in pieces of ${length}`)
      assert.is(told.join(''), vault.redact(text))
    }
  }
})

const PLAIN = [
  'abc',
  'aba',
  'abcabcabd',
  'b"',
  ' ',
  'a%b',
  'c',
  '\\',
  'x',
  '+/',
  'YWJj',
  '%25',
  '%',
  '"',
  '&',
  '#',
  '=',
  '\r\n',
  'u00',
]

test('a text in pieces becomes what it would become as a whole', async () => {
  await fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PLAIN), { minLength: 8, maxLength: 12 }).map((parts) => parts.join('')),
      fc.array(fc.constantFrom(...PLAIN), { minLength: 8, maxLength: 12 }).map((parts) => parts.join('')),
      fc.array(fc.oneof(fc.constantFrom(...PLAIN), fc.constantFrom(0, 1, 2, 3)), { maxLength: 30 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (one, other, parts, lengths) => {
        const secrets = { ONE: one, OTHER: other, LONGER: one + other }
        const [first, second, third] = [one, encodeURIComponent(other), JSON.stringify(other)]
        const text = parts
          .map((part) => (typeof part === 'string' ? part : [first, second, third, one + other][part]))
          .join('')
        const both = new SecretVault(secrets)
        const stream = both.startText()
        let told = ''
        for (let at = 0; at < text.length; ) {
          const length = lengths.next().value
          told += stream.push(text.slice(at, at + length))
          at += length
        }
        assert.is(told + stream.end(), both.redact(text))
      },
    ),
    { numRuns: 300 },
  )
})

test('of a text in pieces only what may be the beginning of a secret is held back', () => {
  const stream = vault.startText()
  assert.is(stream.push('it is pl4'), 'it is ')
  assert.is(stream.push('in and simple'), 'pl4in and simple')
  assert.is(stream.push(', p'), ', ')
  assert.is(stream.end(), 'p')
})

test('J9 of a secret that is an address, what is secret by itself is redacted without the rest', () => {
  const HOOK = 'HTTPS://Hooks.example:443/services/T0/a1b2c3d4e5f6g7h8i9?sig=s1gn%2Bature&v=1'
  const DATABASE = 'postgres://troupe:pass%20w0rd-9@db.example/troupe'
  const addresses = new SecretVault({ HOOK, DATABASE })
  for (const [text, redacted] of [
    [HOOK, '[secret HOOK]'],
    [new URL(HOOK).href, '[secret HOOK]'],
    ['POST /services/T0/a1b2c3d4e5f6g7h8i9?sig=s1gn%2Bature&v=1', 'POST [secret HOOK]'],
    ['a1b2c3d4e5f6g7h8i9 and s1gn+ature', '[secret HOOK] and [secret HOOK]'],
    [
      "user 'troupe', password 'pass w0rd-9', or pass%20w0rd-9",
      "user 'troupe', password '[secret DATABASE]', or [secret DATABASE]",
    ],
    ['hooks.example/services/T0, db.example/troupe', 'hooks.example/services/T0, db.example/troupe'],
  ] as const)
    assert.is(addresses.redact(text), redacted)
})

const NUMBER = '40412345678901'
const numbers = new SecretVault({ PIN: NUMBER, ZEROS: '0012345678', ROUND: '00000001', POWER: '1e80000000' })

test('J9 a secret of digits is redacted as a number too', () => {
  assert.equal(numbers.redact({ pin: Number(NUMBER), list: [-Number(NUMBER), 12345678, Number(`${NUMBER}.5`)] }), {
    pin: '[secret PIN]',
    list: ['-[secret PIN]', '[secret ZEROS]', '[secret PIN].5'],
  })
})

test('a number that is no secret stays a number, even where a secret of zeros comes to it', () => {
  const value = [0, 1, -1, 0.5, 1234567, 40412345678900, 1e21, 123456789]
  assert.equal(numbers.redact(value), value)
})

test('J9 of a message that cuts a secret off, what is left is redacted', () => {
  for (const [name, write] of FORMS) {
    const written = write(PLANTED)
    for (const share of [0.8, 0.9, 0.95]) {
      const cut = `it began with '${written.slice(0, Math.ceil(written.length * share))}' and went on`
      const { message } = vault.redactFault({ code: 'refused', message: cut, retryable: false })
      assert.not.ok(leaks(message), `${name}: ${message}`)
      assert.match(message, 'and went on')
    }
  }
})

test('J9 a secret in the bytes of a file is redacted, the rest stays byte for byte', async () => {
  const ascii = new SecretVault({ KEY: 'key-of-ascii-1234' })
  for (const before of [Buffer.from('\ufeffa text — '), Buffer.from([0xff, 0x00, 0xfe, 0x80, 0x0a])]) {
    const plain = Buffer.concat([before, Buffer.from(' in a file')])
    assert.is(await ascii.redactBytes(plain), plain)
    const redacted = await ascii.redactBytes(Buffer.concat([before, Buffer.from('key-of-ascii-1234'), before]))
    assert.equal(redacted, Buffer.concat([before, Buffer.from('[secret KEY]'), before]))
  }
  assert.is(Buffer.from(await vault.redactBytes(Buffer.from(PLANTED))).toString(), '[secret TOKEN]')
})

test('J9 a secret anywhere in a large file is redacted, and the event loop turns while it is searched', async () => {
  const ascii = new SecretVault({ KEY: 'key-of-ascii-1234' })
  for (const letter of ['é', '\x80']) {
    const encoding = letter === 'é' ? 'utf8' : 'latin1'
    const toBytes = (text: string): Buffer => Buffer.from(text, encoding)
    // Each place near the end of a piece, also within a letter of two bytes.
    const plain = toBytes(letter.repeat(9_000_000))
    const places = Array.from(
      { length: 40 },
      (_, index) => (index + 1) * 131_072 - 4 * index - (letter === 'é' ? 0 : index),
    )
    const cut = (written: string): Buffer =>
      Buffer.concat(
        [0, ...places].flatMap((from, index) => [
          plain.subarray(from, places[index] ?? plain.length),
          ...(index < places.length ? [toBytes(written)] : []),
        ]),
      )
    let turns = 0
    const turning = setInterval(() => (turns += 1), 0)
    assert.is(await ascii.redactBytes(plain), plain)
    assert.ok(Buffer.from(await ascii.redactBytes(cut('key-of-ascii-1234'))).equals(cut('[secret KEY]')))
    clearInterval(turning)
    assert.ok(turns > 0)
  }
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

const bearer = (...parts: JsonValue[]): JsonObject => ({ $text: parts })
const SECRET = { $secret: 'TOKEN' }

test('a secret in a text is put in between the parts of the text, and data that looks like it stays data', () => {
  const input = {
    header: bearer('Bearer ', SECRET, '; by {"$secret":"TOKEN"}'),
    twice: [bearer(SECRET, ':', SECRET)],
    data: bearer('Bearer ', SECRET),
    other: 'no text of this form',
  }
  const secrets = [null, 'TOKEN', null]
  const resolved = vault.resolve(input, [
    { path: ['header'], secrets, isUrl: false },
    { path: ['twice', 0], secrets: ['TOKEN', null, 'TOKEN'], isUrl: false },
    { path: ['other'], secrets, isUrl: false },
  ])
  assert.equal(resolved, {
    header: `Bearer ${PLANTED}; by {"$secret":"TOKEN"}`,
    twice: [`${PLANTED}:${PLANTED}`],
    data: bearer('Bearer ', SECRET),
    other: 'no text of this form',
  })
})

test('a secret in a URL is percent-encoded', () => {
  const url = bearer('https://a.example/', SECRET, '?token=', SECRET, '&n=1')
  const place = { path: ['url'], secrets: [null, 'TOKEN', null, 'TOKEN', null], isUrl: true }
  const resolved = vault.resolve({ url }, [place])
  const parsed = new URL(String((resolved as JsonObject).url))
  assert.equal(
    [...parsed.searchParams],
    [
      ['token', PLANTED],
      ['n', '1'],
    ],
  )
  assert.is(decodeURIComponent(parsed.pathname), `/${PLANTED}`)
})

for (const [beginning, isRefused] of [
  ['', true],
  ['https://', true],
  ['https://a.', true],
  ['https://user:', true],
  ['https:\\a.example\\', true],
  ['https:a.example/', true],
  ['https:////', true],
  ['javascript:/', true],
  ['https://a.example?', false],
  ['HTTPS://a.example:8080/', false],
  ['https://[::1]/x', false],
] as const)
  test(`a secret behind '${beginning}' in a URL is ${isRefused ? 'refused' : 'put in'}`, async () => {
    const place = { path: [], secrets: [null, 'TOKEN'], isUrl: true }
    const resolve = () => vault.resolve(bearer(beginning, SECRET), [place])
    if (!isRefused) assert.is(resolve(), beginning + encodeURIComponent(PLANTED))
    else {
      const fault = await catchFault(resolve)
      assert.is(fault.code, 'invalid_input')
      assert.not.ok(leaks(fault.message))
    }
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
