/** J9 end to end: secrets that come back from everywhere are in nothing that a run writes, shows or sends on. */
import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createInspectorServer } from '@statelyai/inspect/server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../support/cli-project.ts'
import { NO_VENDOR_VARIABLES, WIRED_VENDORS } from '../support/wire/vendors.ts'
import { startWireServer } from '../support/wire/wire-server.ts'
import {
  createPlantedModel,
  formsToLookFor,
  MARK,
  modelsWorkflow,
  PIN,
  plantSecrets,
  startPlantedToolServer,
  TOOLS_WORKFLOW,
} from './planted-project.ts'

const tools = await startPlantedToolServer()
const secrets = plantSecrets(tools.url)
const forms = formsToLookFor(secrets)

const project = createCliProject({
  'troupe.config.yaml': 'http: { allow: ["127.0.0.1"] }\n',
  'tools.yaml': TOOLS_WORKFLOW,
})

const DATABASE = '.troupe/troupe.db'

/** Nothing of any secret is in it. */
const expectClean = (what: string, text: string): void => {
  for (const form of forms) {
    const at = text.indexOf(form)
    assert.is(at, -1, `${what} holds '${form}': …${text.slice(Math.max(0, at - 200), at + 100)}…`)
  }
}

/** The files of the database as they are, with what has not been moved out of its log. */
const expectCleanDatabase = (when: string): string[] => {
  const files = ['', '-wal', '-shm']
    .map((end) => `${DATABASE}${end}`)
    .filter((name) => existsSync(project.resolve(name)))
  for (const name of files) expectClean(`${name} ${when}`, readFileSync(project.resolve(name)).toString('latin1'))
  return files
}

/** All that can be asked about the last run. */
const QUESTIONS = [
  ['trace', 'last'],
  ['trace', 'last', '--all'],
  ['trace', 'last', '--json'],
  ['runs'],
  ['runs', '--json'],
  ['cost-report'],
  ['cost-report', '--json'],
  ['profile-report'],
  ['profile-report', '--json'],
  ['graph', '--run', 'last'],
  ['graph', '--run', 'last', '--format', 'mermaid'],
  ['graph', '--run', 'last', '--format', 'xstate'],
  ['resume', 'last'],
  ['doctor'],
]

const ask = async (env: Record<string, string | undefined>, questions = QUESTIONS): Promise<void> => {
  for (const args of questions) {
    const { stdout, stderr } = await project.troupe(args, { env })
    assert.ok(stdout + stderr !== '', `${args.join(' ')} said nothing`)
    expectClean(args.join(' '), stdout + stderr)
  }
}

const findFreePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Messages to Stately's inspector while `run` goes on. */
const inspect = async (run: (port: number) => Promise<void>): Promise<string> => {
  const port = await findFreePort()
  const server = createInspectorServer({ port, autoOpen: false })
  const seen: string[] = []
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  socket.addEventListener('message', ({ data }) => seen.push(String(data)))
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  try {
    await run(port)
  } finally {
    socket.close()
    server.stop()
  }
  return seen.join('\n')
}

const test = suite('planted secrets')
test.after(async () => {
  await tools.stop()
  project.remove()
})

const { KEY, ...ofWorkflow } = secrets

for (const mode of [[], ['--json'], ['--quiet']])
  test(`J9 in headers, addresses, arguments, answers, redirects, errors and files: run ${mode.join(' ')}`, async () => {
    const env = { ...NO_VENDOR_VARIABLES, ...ofWorkflow }
    const input = JSON.stringify({ url: tools.url, note: `a note of ${secrets.HEADER}`, pin: Number(PIN) })
    const during: string[] = []
    tools.onLast = () => during.push(...expectCleanDatabase('during the run'))
    const { stdout, stderr, exitCode } = await project.troupe(['run', 'tools.yaml', '--input', input, ...mode], { env })
    tools.settled()
    assert.is(exitCode, 1, stdout + stderr)
    assert.match(stdout + stderr, 'given_up')
    assert.match(stdout + stderr, '[secret HEADER]')
    expectClean('the run', stdout + stderr)
    assert.ok(during.includes(`${DATABASE}-wal`), 'the log of the database was there to be looked at')
    expectCleanDatabase('after the run')
    await ask(env, mode.length === 0 ? QUESTIONS : [])
    const trace = (await project.troupe(['trace', 'last', '--json'], { env })).stdout
    for (const name of Object.keys(ofWorkflow)) assert.match(trace, `[secret ${name}]`)
    const sent = tools.requests.filter(({ headers }) => headers['x-token'] === secrets.HEADER)
    assert.ok(sent.length > 0, 'the server got the secret itself')
    const authorizations = tools.requests.map(({ headers }) => headers.authorization)
    const basic = `Basic ${Buffer.from(`ada:${secrets.HEADER}`).toString('base64')}`
    for (const whole of [`Bearer ${secrets.HEADER}`, basic, `Bearer v1-${secrets.HEADER}`])
      assert.ok(authorizations.includes(whole), 'the server got the text around the secret, with the secret')
    const query = (name: string): (string | null)[] =>
      tools.requests.map(({ url }) => new URL(url, tools.url).searchParams.get(name))
    assert.ok(query('token').includes(secrets.QUERY), 'the server decodes a secret in a URL')
    assert.ok(query('key').includes(`a ${secrets.ARGUMENT}`), 'and one in the query')
  })

for (const { vendor, model, variables } of WIRED_VENDORS)
  test(`J9 in what a model of ${vendor.name} says, streams, calls tools with and fails with`, async () => {
    const server = await startWireServer(vendor)
    server.answerWith(createPlantedModel(KEY))
    project.write(`${vendor.name}.yaml`, modelsWorkflow(model))
    // Ollama needs no key, but takes one from the config.
    const own = vendor.name === 'ollama' ? { OPENAI_API_KEY: KEY } : {}
    const env = { ...NO_VENDOR_VARIABLES, PIN, ...own, ...variables(server.baseUrl, KEY) }
    const input = JSON.stringify({ url: tools.url })
    try {
      for (const mode of [[], ['--json']]) {
        tools.onLast = () => expectCleanDatabase('during the run')
        const before = tools.requests.length
        const args = ['run', `${vendor.name}.yaml`, '--input', input, ...mode]
        let said = { stdout: '', stderr: '', exitCode: null as number | null }
        const inspected = await inspect(async (port) => {
          said = await project.troupe([...args, '--inspect', String(port)], { env })
        })
        tools.settled()
        assert.is(said.exitCode, 0, said.stdout + said.stderr)
        expectClean('the run', said.stdout + said.stderr)
        assert.match(
          said.stdout,
          `[secret ${vendor.name === 'ollama' ? 'OPENAI_API_KEY' : Object.keys(env).find((name) => env[name as never] === KEY)}]`,
        )
        assert.match(inspected, 'looked_up')
        expectClean('the inspector', inspected)
        expectCleanDatabase('after the run')
        for (const { url } of tools.requests.slice(before)) expectClean('what a tool is sent', url)
      }
      await ask(env, vendor.name === 'openai' ? QUESTIONS : QUESTIONS.slice(1, 3))
    } finally {
      await server.stop()
    }
  })

test('the search finds what it looks for', () => {
  for (const value of Object.values(secrets)) {
    const found = (text: string): boolean => forms.some((form) => text.includes(form))
    for (const before of ['', 'a', 'ab', 'abc'])
      assert.ok(found(Buffer.from(`${before}${value}${before}`).toString('base64')), value)
    assert.ok(found(encodeURIComponent(value)) && found(JSON.stringify(value)), value)
  }
  assert.ok(forms.includes(MARK))
})

test.run()
