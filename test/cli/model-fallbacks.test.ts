/** A list of models through the command line: which faults go on to the next one, when, and what the trace says about it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProcessResult } from '../support/child-process.ts'
import { createCliProject } from '../support/cli-project.ts'
import { NO_VENDOR_VARIABLES, WIRED_VENDORS, type WiredVendor } from '../support/wire/vendors.ts'
import type { WireReply } from '../support/wire/wire.ts'
import { type ReplyChoice, startWireServer, type WireServer } from '../support/wire/wire-server.ts'

const KEY = 'planted-key-7712aa90'

const project = createCliProject()

const workflowFor = (models: readonly string[]): string => `workflow: fallbacks
models: { default: [${models.join(', ')}] }
steps:
  - { id: ask, llm: default, prompt: Hello, retry: { max: 2, backoff: 1ms..2ms } }
output: steps.ask.output
`

const findVendor = (name: string): WiredVendor => {
  const found = WIRED_VENDORS.find(({ vendor }) => vendor.name === name)
  if (found === undefined) throw new Error(`no vendor '${name}'`)
  return found
}

const said = (text: string): WireReply => ({ kind: 'answer', answer: { text: [text] } })
const refuse = (status: number, headers: Record<string, string> = {}): WireReply => ({
  kind: 'status',
  error: { status, message: 'not today' },
  headers,
})

interface Stage {
  first: WireServer
  second: WireServer
  /** The second model. */
  other: string
  env: Record<string, string | undefined>
}

/** Two servers, of which the second answers, and a workflow that asks the first one first. */
const onStage = async (reply: ReplyChoice, play: (stage: Stage) => Promise<void>, name = 'openai'): Promise<void> => {
  const [one, other] = [findVendor(name), findVendor(name === 'anthropic' ? 'gemini' : 'anthropic')]
  const [first, second] = [await startWireServer(one.vendor), await startWireServer(other.vendor)]
  first.answerWith(reply)
  second.answerWith(said('from the second'))
  project.write('fallbacks.yaml', workflowFor([one.model, other.model]))
  const variables = { ...one.variables(first.baseUrl, KEY), ...other.variables(second.baseUrl, KEY) }
  try {
    await play({ first, second, other: other.model, env: { ...NO_VENDOR_VARIABLES, ...variables } })
  } finally {
    await first.stop()
    await second.stop()
  }
}

const run = ({ env }: Stage): Promise<ProcessResult> => project.troupe(['run', 'fallbacks.yaml'], { env })

/** The second has answered, after so many requests to the first, and the trace says so and why. */
const expectSecond = async (stage: Stage, { asked, code }: { asked: number; code: string }): Promise<void> => {
  const { stdout, stderr, exitCode } = await run(stage)
  assert.is(exitCode, 0, stdout + stderr)
  assert.match(stdout, 'from the second')
  assert.equal([stage.first.requests.length, stage.second.requests.length], [asked, 1])
  assert.match(stderr, `(now by ${stage.other})`)
  const trace = (await project.troupe(['trace', 'last'], { env: { ...stage.env, COLUMNS: '200' } })).stdout
  assert.match(trace, new RegExp(`↻ ask #${asked} .*${code}`))
  assert.match(trace, new RegExp(`✓ ask #${asked + 1} .*answered by ${stage.other}`))
  const { journal } = JSON.parse((await project.troupe(['trace', 'last', '--json'], { env: stage.env })).stdout)
  const attempts = journal.filter(({ kind }: { kind: string }) => kind === 'attempt')
  assert.is(attempts.length, asked)
  for (const { data } of attempts) assert.is(data.fault.code, code)
  assert.is(attempts.at(-1).data.choice, 1)
  const { data: answered } = journal.find(({ kind }: { kind: string }) => kind === 'outcome')
  assert.ok(
    answered.started - attempts.at(-1).at < 900,
    'the next model is asked at once, whatever the first asked for',
  )
}

const test = suite('model fallbacks')
test.after(() => project.remove())

for (const [status, code, asked] of [
  [401, 'unauthorized', 1],
  [403, 'unauthorized', 1],
  [404, 'not_found', 1],
  [429, 'rate_limited', 2],
  [500, 'unavailable', 2],
  [529, 'unavailable', 2],
] as const)
  test(`${status} is ${code}: the next model after ${asked === 1 ? 'one attempt' : 'the retries'}`, () =>
    onStage(refuse(status), (stage) => expectSecond(stage, { asked, code })))

for (const { vendor } of WIRED_VENDORS)
  test(`${vendor.name} that does not know the model: the next one`, () =>
    onStage(refuse(404), (stage) => expectSecond(stage, { asked: 1, code: 'not_found' }), vendor.name))

test('a server that is not there is unavailable: the next model', () =>
  onStage(said(''), async (stage) => {
    await stage.first.stop()
    const { stdout, stderr, exitCode } = await run(stage)
    assert.is(exitCode, 0, stdout + stderr)
    assert.match(stderr, /attempt 2 failed: unavailable: .*127\.0\.0\.1.*now by anthropic/)
    assert.match(stdout, 'from the second')
  }))

test('an answer that breaks off again and again is unavailable: the next model', () =>
  onStage({ kind: 'broken', answer: {}, events: 0, by: 'reset' }, (stage) =>
    expectSecond(stage, { asked: 2, code: 'unavailable' }),
  ))

/** Between the first and the second request. */
const measureWait = async (headers: () => Record<string, string>): Promise<number> => {
  const times: number[] = []
  const reply = (): WireReply => {
    times.push(Date.now())
    return refuse(429, headers())
  }
  await onStage(reply, (stage) => expectSecond(stage, { asked: 2, code: 'rate_limited' }))
  return (times[1] ?? 0) - (times[0] ?? 0)
}

test('a retry-after in seconds is waited for before the second attempt, and not before the next model', async () => {
  const waitedMs = await measureWait(() => ({ 'retry-after': '1' }))
  assert.ok(waitedMs >= 1_000, `${waitedMs} ms`)
})

test('a retry-after that is a date is waited for', async () => {
  // A date has no milliseconds: between one second and two from now.
  const waitedMs = await measureWait(() => ({ 'retry-after': new Date(Date.now() + 2_000).toUTCString() }))
  assert.ok(waitedMs >= 950, `${waitedMs} ms`)
})

for (const [what, after] of [
  ['in seconds', '86400'],
  ['as a date', new Date(Date.now() + 86_400_000).toUTCString()],
] as const)
  test(`a retry-after of a day, ${what}, is not waited for while another model is left`, () =>
    onStage(refuse(429, { 'retry-after': after }), (stage) => expectSecond(stage, { asked: 1, code: 'rate_limited' })))

for (const [what, reply, code] of [
  ['a refusal', { kind: 'answer', answer: { text: ['I would rather not.'], finish: 'refused' } }, 'refused'],
  ['a request that is not accepted', refuse(400), 'invalid_input'],
  ['an answer that was cut off', { kind: 'answer', answer: { text: ['It'], finish: 'length' } }, 'invalid_output'],
] as const)
  test(`${what} is ${code}: no other model is asked`, () =>
    onStage(reply as WireReply, async (stage) => {
      const { stderr, exitCode } = await run(stage)
      assert.is(exitCode, 1)
      assert.match(stderr, code)
      assert.equal([stage.first.requests.length, stage.second.requests.length], [1, 0])
    }))

test('a request that does not fit the window of a model goes to the next one', () =>
  onStage(refuse(413), (stage) => expectSecond(stage, { asked: 1, code: 'too_large' })))

test('when no model is left, the fault is that of the last one', () =>
  onStage(refuse(401), async (stage) => {
    stage.second.answerWith(refuse(404))
    const { stderr, exitCode } = await run(stage)
    assert.is(exitCode, 1)
    assert.match(stderr, /step ask: not_found: 'anthropic\/claude-haiku-4-5' answered 404/)
    assert.equal([stage.first.requests.length, stage.second.requests.length], [1, 1])
  }))

test.run()
