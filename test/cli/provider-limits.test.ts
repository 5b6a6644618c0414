/** Limits of a provider in the config, as a user meets them. */
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../support/cli-project.ts'
import { sendJson, startHttpServer } from '../support/http-server.ts'

const CALL_MS = 60

const CROWD = `workflow: crowd
models: { default: local/small }
steps:
  - id: each
    foreach: "[1, 2, 3, 4]"
    concurrency: 4
    do: [{ id: ask, llm: default, prompt: "Say \${item}" }]
`

const ANSWER = {
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'yes' } }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
}

const test = suite('limits of a provider')

/** A server that counts the calls that it answers at once. */
const startModel = async () => {
  const seen = { most: 0, open: 0, begins: [] as number[], refuseFirst: false }
  const server = await startHttpServer(async (_, response) => {
    seen.begins.push(Date.now())
    if (seen.refuseFirst && seen.begins.length === 1) {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' })
      response.end('{"error":{"message":"slow down"}}')
      return
    }
    seen.open += 1
    seen.most = Math.max(seen.most, seen.open)
    await delay(CALL_MS)
    seen.open -= 1
    sendJson(response, ANSWER)
  })
  return { seen, server }
}

const play = async (limits: string, { refuseFirst = false } = {}) => {
  const { seen, server } = await startModel()
  seen.refuseFirst = refuseFirst
  const provider = `{ kind: openai, base_url: "${server.url}/v1", ${limits} }`
  const project = createCliProject({
    'crowd.yaml': CROWD,
    'troupe.config.yaml': `providers: { local: ${provider} }\n`,
  })
  try {
    const run = await project.troupe(['run', 'crowd.yaml', '--trust', '--json'])
    assert.is(run.exitCode, 0, run.stdout + run.stderr)
    const trace = await project.troupe(['trace', 'last', '--all'])
    const profile = await project.troupe(['profile-report', '--workflow', 'crowd', '--json'])
    return { seen, trace: trace.stdout + trace.stderr, profile: JSON.parse(profile.stdout) }
  } finally {
    project.remove()
    await server.stop()
  }
}

test('without limits all items of a foreach are asked at once', async () => {
  const { seen, trace } = await play('structured_output: words')
  assert.is(seen.most, 4)
  assert.not.match(trace, 'slot of its provider')
})

test('`concurrency` holds calls back, and trace and profile tell their waits from the work of the model', async () => {
  const { seen, trace, profile } = await play('concurrency: 1')
  assert.is(seen.most, 1)
  assert.match(trace, /waited \d+ ?ms for a slot of its provider/)
  const [step] = profile.steps
  assert.is(step.step, 'ask')
  assert.ok(step.critical_by.queue > CALL_MS || step.critical_by.slot > CALL_MS, JSON.stringify(step))
})

test('`rate` spreads the begins of calls', async () => {
  const { seen } = await play('rate: 2/1s')
  assert.is(seen.begins.length, 4)
  assert.ok((seen.begins[2] ?? 0) - (seen.begins[1] ?? 0) >= 500, seen.begins.join(' '))
})

test('a call that is asked to wait holds back the calls behind it', async () => {
  const { seen } = await play('concurrency: 1', { refuseFirst: true })
  assert.is(seen.begins.length, 5)
  assert.ok((seen.begins[1] ?? 0) - (seen.begins[0] ?? 0) >= 990, seen.begins.join(' '))
})

test('a limit of the wrong form is a finding that shows the right one', async () => {
  const project = createCliProject({
    'crowd.yaml': CROWD,
    'troupe.config.yaml':
      'providers: { local: { kind: openai, base_url: "http://127.0.0.1:1/v1", rate: 60, concurrency: 0 } }\n',
  })
  const { stderr, stdout, exitCode } = await project.troupe(['validate', 'crowd.yaml'])
  project.remove()
  assert.is(exitCode, 2)
  assert.match(stderr + stdout, 'a count from 1 and a time such as 10/1m')
  assert.match(stderr + stdout, 'concurrency')
})

test.run()
