/**
 * J9 over families of runs: a server repeats a secret, and the answer goes on through child runs, items, files, events, faults, forks
 * and copies. Nothing of it is in any file, database, export or text on a terminal.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../support/cli-project.ts'
import { sendJson, startHttpServer } from '../support/http-server.ts'

const MARK = 'pl4nted'
const TOKEN = `to+ken/${MARK}=%41&"${MARK}\\n\\\nnext line ${MARK}/9+`

/** The mark in the encodings that a reader would think of at once. */
const FORMS = [
  MARK,
  encodeURIComponent(MARK),
  Buffer.from(MARK).toString('hex'),
  ...[0, 1, 2].map((before) => {
    const text = Buffer.from('\0'.repeat(before) + MARK).toString('base64')
    return text.slice(before === 0 ? 0 : before + 1, -4)
  }),
]

const server = await startHttpServer(({ body, url }, response) =>
  sendJson(response, {
    body,
    url,
    given: body === '' ? '' : JSON.parse(body),
    name: encodeURIComponent(TOKEN),
    encoded: Buffer.from(body).toString('base64'),
    twice: JSON.stringify(body),
  }),
)

const POST = `tool: http.post, with: { url: "\${input.url}/post", json: { token: "\${secrets.TOKEN}" } }`

const project = createCliProject({
  'troupe.config.yaml': 'http: { allow: ["127.0.0.1"] }\nfiles: { write: [out] }\nsecrets: { TOKEN: env }\n',
  'child.yaml': `workflow: child
input: { url: string, note: string }
secrets: [TOKEN]
steps:
  - { id: get, ${POST} }
  - { id: echo, llm: mock/echo, prompt: "Repeat \${input.note} and \${steps.get.output.body.body}" }
  - { id: stream, llm: mock/echo, stream: true, prompt: "Again \${steps.get.output.body.twice} \${input.note}" }
output: { note: input.note, got: steps.get.output.body, said: steps.stream.output.text }
`,
  'parent.yaml': `workflow: parent
input: { url: string, note: string, again?: string }
secrets: [TOKEN]
steps:
  - { id: call, workflow: child.yaml, with: { url: "\${input.url}", note: "\${input.note}" } }
  - id: each
    foreach: "['a', 'b']"
    as: one
    results_to: "results.jsonl"
    yields: "{'one': one, 'body': steps.fetch.output.body, 'note': input.note}"
    do:
      - { id: fetch, ${POST} }
  - { id: tell, emit: "told.\${input.url.size()}", subject: "about \${steps.call.output.got.name}", with: { got: "\${steps.call.output}", note: "\${input.note}" }, key: "'key-' + input.note" }
  - { id: write, tool: files.write, with: { path: "\${steps.call.output.got.name}.txt", content: "\${steps.call.output.got.body}, \${input.note}" }, on_error: continue }
  - { id: keep, tool: files.write, with: { path: kept.json, content: "\${steps.call.output}" } }
  - { id: give_up, fail: { code: given_up, message: "It said \${steps.call.output.got.body} of \${input.note}", details: { got: "\${steps.call.output}", note: "\${input.note}" } } }
`,
})

const env = { TOKEN, TROUPE_TRUST: '1' }
const input = JSON.stringify({ url: server.url, note: `a note of ${TOKEN}, and ${encodeURIComponent(TOKEN)}` })

const expectClean = (what: string, text: string): void => {
  for (const form of FORMS) {
    const at = text.indexOf(form)
    assert.is(at, -1, `${what} holds '${form}': …${text.slice(Math.max(0, at - 200), at + 100)}…`)
  }
}

/** Runs a command, and looks at all that it says. */
const troupe = async (...args: string[]): Promise<string> => {
  const { stdout, stderr } = await project.troupe(args, { env })
  expectClean(args.join(' '), stdout + stderr)
  assert.ok(stdout + stderr !== '', `${args.join(' ')} said nothing`)
  return stdout + stderr
}

/** All files of the project: databases, their logs, exports, results; with their names. */
const expectCleanFiles = (folder = project.path): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    expectClean('the name of a file', entry.name)
    if (entry.isDirectory()) return expectCleanFiles(path)
    expectClean(path, readFileSync(path).toString('latin1'))
    return [entry.name]
  })

const test = suite('planted secrets in families of runs')
test.after(async () => {
  await server.stop()
  project.remove()
})

test('J9 through child runs, items, files of results, events, faults and streams', async () => {
  const said = await troupe('--debug', 'run', 'parent.yaml', '--input', input)
  assert.match(said, 'given_up')
  assert.match(said, '[secret TOKEN]')
  assert.ok(
    server.requests.some(({ body }) => body.includes(JSON.stringify(TOKEN).slice(1, -1))),
    'the server got the secret itself',
  )
  const files = expectCleanFiles()
  for (const name of ['results.jsonl', 'kept.json', 'troupe.db']) assert.ok(files.includes(name), name)
})

for (const args of [
  ['trace', 'last', '--all'],
  ['trace', 'last', '--json'],
  ['runs', '--children', '--json'],
  ['events'],
  ['events', '--json'],
  ['failed', '--json'],
  ['cost-report', '--json'],
  ['profile-report'],
  ['graph', '--run', 'last', '--format', 'mermaid'],
  ['explain', 'given_up'],
  ['simulate', 'parent.yaml'],
  ['plan', 'parent.yaml', '--input', input],
  ['validate', 'parent.yaml', '--json'],
  ['doctor'],
  ['db', 'check'],
  ['db', 'export', 'last', 'run.jsonl'],
  ['db', 'backup', 'copy.db'],
  ['fork', 'last', '--from', 'each'],
  ['restart', 'last'],
  ['rerun', '--limit', '1'],
  ['submit', 'parent.yaml', '--input', input, '--json'],
  ['submit', 'parent.yaml', '--input', input, '--key', 'once', '--quiet'],
  ['runs', '--json'],
  ['signal', 'last', 'none', '--data', JSON.stringify({ note: TOKEN })],
  ['diff', 'last', 'last'],
])
  test(`J9 in ${args.slice(0, 3).join(' ').slice(0, 40)}, and in all files after it`, async () => {
    await troupe(...args)
    expectCleanFiles()
  })

for (const [subject, ...args] of [
  ['key', 'submit', 'parent.yaml', '--input', input, '--key', `once-${TOKEN}`],
  ['event', 'signal', 'last', `about-${TOKEN}`],
] as const)
  test(`a secret in the ${subject} of ${args[0]} is refused, as it is compared and shown`, async () => {
    const said = await troupe(...args)
    assert.match(said, `'${subject}' holds [secret TOKEN]: expected a text that may be stored and shown`)
    expectCleanFiles()
  })

test.run()
