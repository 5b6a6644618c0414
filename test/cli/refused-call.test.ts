import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../support/cli-project.ts'
import { startHttpServer } from '../support/http-server.ts'

const SECRET = 'pl4nted-t0ken'

/** A refusal with a colour, a change of direction, the secret that it got, and a line that a terminal would hide. */
const BODY = `{"problem": "no \x1b[8mamount\u202e for ${SECRET}",\r\n "more": "${'x'.repeat(1000)}"}`

const server = await startHttpServer((_, response) => {
  response.writeHead(422, { 'content-type': 'application/json' }).end(BODY)
})

const project = createCliProject({
  'troupe.config.yaml': 'http: { allow: ["127.0.0.1"] }\n',
  'pay.yaml': `workflow: pay
secrets: [TOKEN]
steps:
  - { id: pay, tool: http.post, with: { url: "${server.url}/pay", auth: { bearer: "\${secrets.TOKEN}" } } }
`,
  'caught.yaml': `workflow: caught
steps:
  - { id: pay, tool: http.post, with: { url: "${server.url}/pay" }, on_error: { invalid_input: tell }, next: end }
  - { id: tell, fail: { code: not_paid, message: "It said \${error.details.body}" } }
`,
  'blocked.yaml': `workflow: blocked
steps:
  - { id: get, tool: http.get, with: { url: "http://10.0.0.1/" }, on_error: { address_blocked: tell }, next: end }
  - { id: tell, set: { code: error.code } }
`,
})

const test = suite('a refused call')
test.after(async () => {
  await server.stop()
  project.remove()
})

const ANSWER = '{"problem": "no \\x1b[8mamount\\u202e for [secret TOKEN]",'

test('the run and its trace show the answer: redacted, cut, its control characters visible', async () => {
  const env = { TOKEN: SECRET }
  const { stderr, exitCode } = await project.troupe(['run', 'pay.yaml'], { env })
  assert.is(exitCode, 1)
  assert.match(stderr, `pay: failed in `)
  assert.match(stderr, `answered 422: the server does not accept the request; answer: ${ANSWER}; "more": "xxx`)
  assert.match(stderr, `\n  answer: ${ANSWER}\n     "more": "xxx`)
  const traced = await project.troupe(['trace', 'last'])
  assert.match(traced.stdout, `\nanswer: ${ANSWER}\n     "more": "xxx`)
  for (const text of [stderr, traced.stdout]) {
    assert.not.match(text, SECRET)
    assert.not.match(text, '\x1b')
    assert.not.match(text, 'x'.repeat(500))
  }
})

test('--json has the answer in the details of the error', async () => {
  const { stdout } = await project.troupe(['run', 'pay.yaml', '--json'], { env: { TOKEN: SECRET } })
  const { error } = JSON.parse(stdout)
  assert.is(error.details.status, 422)
  assert.match(error.details.body, '{"problem": "no \x1b[8mamount\u202e for [secret TOKEN]",')
  const traced = JSON.parse((await project.troupe(['trace', 'last', '--json'])).stdout)
  assert.equal(traced.error.details, error.details)
})

test('a fault that is caught shows the answer where the step failed', async () => {
  const { stderr } = await project.troupe(['run', 'caught.yaml'])
  assert.match(stderr, 'pay: failed in ')
  assert.match(stderr, '; answer: {"problem": "no ')
})

test('a blocked address is a fault of its own', async () => {
  const { stdout, exitCode } = await project.troupe(['run', 'blocked.yaml'])
  assert.is(exitCode, 0)
  assert.equal(JSON.parse(stdout), { code: 'address_blocked' })
})

test.run()
