import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLocal } from '../../src/app/local.ts'
import { createSource } from '../../src/compiler/source.ts'
import {
  compile,
  defineTool,
  type OwnActor,
  openStore,
  type RunNotice,
  resume,
  run,
  type Workflow,
} from '../../src/index.ts'
import { catchFault } from '../support/catch-fault.ts'
import { createTempFolder } from '../support/temp-folder.ts'
import { createToolOptions } from '../support/tool-options.ts'

const workflowOf = (text: string, actors: readonly OwnActor[] = [], env: readonly string[] = []): Workflow => {
  const { workflow, diagnostics } = compile(text, { actors, env })
  if (workflow === undefined) throw new Error(JSON.stringify(diagnostics))
  return workflow
}

const HELLO = `
workflow: hello
models: { default: ollama/llama }
input: { name: { type: string, default: World } }
steps:
  - id: greet
    llm: default
    prompt: "Hello, \${input.name}!"
`

/** A tool that waits until it is called off, and says so. */
const createStuckTool = () => {
  const calls = Promise.withResolvers<void>()
  let aborted = 0
  const tool = defineTool({
    name: 'wait.forever',
    input: {},
    perform: (_, { signal }) =>
      new Promise<null>((_resolve, reject) => {
        calls.resolve()
        signal.addEventListener('abort', () => {
          aborted++
          reject(signal.reason)
        })
      }),
  })
  return { tool, called: calls.promise, aborted: () => aborted }
}

const STUCK = 'workflow: stuck\nsteps:\n  - id: wait\n    tool: wait.forever\n'

const test = suite('run')

test('a run ends with its output, its usage and its time', async () => {
  const result = await run(workflowOf(HELLO), { input: { name: 'Ada' }, models: { default: 'mock/echo' } })
  assert.is(result.status, 'completed')
  assert.equal(result.output, { text: 'Hello, Ada!' })
  assert.is(result.error, null)
  assert.is(result.usage.input_tokens, 3)
  assert.ok(result.durationMs >= 0)
  assert.match(result.id, /^r-/)
})

test('defaults of the input are filled in', async () => {
  assert.equal((await run(workflowOf(HELLO), { models: { default: 'mock/echo' } })).output, { text: 'Hello, World!' })
})

test('a run that fails is a result', async () => {
  const workflow = workflowOf('workflow: w\nsteps:\n  - id: stop\n    fail: { code: sold_out, message: "No chairs" }\n')
  const { status, output, error } = await run(workflow)
  assert.equal([status, output], ['failed', null])
  assert.equal([error?.code, error?.message, error?.step], ['sold_out', 'No chairs', 'stop'])
})

const REFUSED: { title: string; text: string; options?: Parameters<typeof run>[1]; code: string; message: RegExp }[] = [
  {
    title: 'a wrong input',
    text: HELLO,
    options: { input: { name: 5 }, models: { default: 'mock/echo' } },
    code: 'invalid_input',
    message: /'\/name' must be string, got 5/,
  },
  {
    title: 'an unknown model',
    text: HELLO,
    options: { models: { default: 'mock/ecko' } },
    code: 'invalid_input',
    message: /'ecko' is no model of 'mock'/,
  },
  {
    title: 'what a later release brings',
    text: 'workflow: w\nsteps: [{ id: a, code: javascript, source: return 1 }]\n',
    code: 'unavailable',
    message: /can't run in this release: .*code/,
  },
  {
    title: 'a secret without a value',
    text: 'workflow: w\nsecrets: [TOKEN]\nsteps: [{ id: a, set: { b: 1 } }]\n',
    code: 'unauthorized',
    message: /no value for the secret 'TOKEN'/,
  },
  {
    title: 'a secret that is too short',
    text: 'workflow: w\nsecrets: [TOKEN]\nsteps: [{ id: a, set: { b: 1 } }]\n',
    options: { secrets: { TOKEN: 'abc' } },
    code: 'invalid_input',
    message: /too short/,
  },
]

for (const { title, text, options, code, message } of REFUSED)
  test(`${title} is refused, and leaves no run`, async () => {
    const store = await openStore('memory')
    const fault = await catchFault(() => run(workflowOf(text), { ...options, store }))
    assert.is(fault.code, code)
    assert.match(fault.message, message)
    assert.equal(await store.listRuns(), [])
  })

test('a signal that is aborted before keeps the run from starting', async () => {
  const store = await openStore('memory')
  const reason = new Error('no time')
  await run(workflowOf(STUCK, [createStuckTool().tool]), { signal: AbortSignal.abort(reason), store }).then(
    () => assert.unreachable(),
    (thrown) => assert.is(thrown, reason),
  )
  assert.equal(await store.listRuns(), [])
})

test('an aborted signal cancels the run and what it performs', async () => {
  const { tool, called, aborted } = createStuckTool()
  const abort = new AbortController()
  const running = run(workflowOf(STUCK, [tool]), { signal: abort.signal })
  await called
  abort.abort()
  const { status, output, error } = await running
  assert.equal([status, output, error], ['cancelled', null, null])
  assert.is(aborted(), 1)
})

test('notices tell what happens, the journal what has happened', async () => {
  const notices: RunNotice[] = []
  const store = await openStore('memory')
  const { id } = await run(workflowOf(HELLO), {
    models: { default: 'mock/echo' },
    store,
    onNotice: (notice) => notices.push(notice),
  })
  const types = notices.map(({ type }) => type).filter((type) => type !== 'run.changed')
  assert.equal(types, ['attempt.started', 'effect.ended'])
  assert.equal(
    (await store.readJournal(id)).map(({ kind, path }) => `${kind} ${path}`),
    ['created ', 'outcome greet'],
  )
})

test('values of the environment come from the option env', async () => {
  const workflow = workflowOf('workflow: w\nsteps:\n  - id: a\n    set: { region: env.REGION }\n', [], ['REGION'])
  assert.equal((await run(workflow, { env: { REGION: 'eu' } })).output, { region: 'eu' })
})

const READING = 'workflow: w\nsteps:\n  - id: read\n    tool: files.read\n    with: { path: note.txt }\n'

test('file tools reach the folder of the workflow, and of a text nothing', async () => {
  const folder = createTempFolder({ 'read.yaml': READING, 'note.txt': 'hello' })
  const { workflow } = compile({ file: folder.resolve('read.yaml') })
  assert.ok(workflow)
  assert.match(JSON.stringify((await run(workflow)).output), 'hello')
  assert.is((await run(workflowOf(READING))).error?.code, 'unauthorized')
  const { output } = await run(workflowOf(READING), { files: { read: [folder.path] } })
  assert.match(JSON.stringify(output), 'hello')
})

test('the database is out of reach of file tools, though it lies in their folder', async () => {
  const folder = createTempFolder()
  const store = await openStore(folder.resolve('note.txt'))
  const { error } = await run(workflowOf(READING), { files: { read: [folder.path] }, store })
  assert.is(error?.code, 'unauthorized')
  await store.close()
})

test('a run can not be resumed without its tools', async () => {
  const path = createTempFolder().resolve('runs.db')
  const { actors, stuck } = createCounters()
  const local = createLocal({ store: await openStore(path), tools: createToolOptions(), actors })
  const { compiled } = local.compile(createSource('two.yaml', TWO_STEPS))
  assert.ok(compiled)
  const { id } = await local.start(compiled)
  await stuck
  await local.close()
  const store = await openStore(path)
  const fault = await catchFault(() => resume(id, { store }))
  assert.is(fault.code, 'invalid_input')
  assert.match(fault.message, "'count.first' is no tool that is known here")
  assert.is((await resume(id, { store, actors })).status, 'completed')
  await store.close()
})

test('http tools reach private addresses only where they are allowed', async () => {
  const text =
    'workflow: w\nsteps:\n  - id: get\n    tool: http.get\n    with: { url: "http://127.0.0.1:9/" }\n    retry: { max: 1 }\n'
  assert.is((await run(workflowOf(text))).error?.code, 'address_blocked')
  assert.is((await run(workflowOf(text), { http: { allow: ['127.0.0.1:9'] } })).error?.code, 'unavailable')
})

test('a hundred runs at once do not disturb each other', async () => {
  const workflow = workflowOf(HELLO)
  const store = await openStore('memory')
  const names = Array.from({ length: 100 }, (_, index) => `n${index}`)
  const results = await Promise.all(
    names.map((name) => run(workflow, { input: { name }, models: { default: 'mock/echo' }, store })),
  )
  assert.equal(
    results.map(({ output }) => output),
    names.map((name) => ({ text: `Hello, ${name}!` })),
  )
})

const TWO_STEPS =
  'workflow: two\nsteps:\n  - { id: first, tool: count.first }\n  - { id: second, tool: count.second }\n'

/** Tools that count their calls; the second waits for ever in its first one. */
const createCounters = () => {
  const calls = { first: 0, second: 0 }
  const stuck = Promise.withResolvers<void>()
  const first = defineTool({ name: 'count.first', input: {}, perform: () => ++calls.first })
  const second = defineTool({
    name: 'count.second',
    input: {},
    writes: false,
    perform(_, { signal }) {
      if (++calls.second > 1) return calls.second
      stuck.resolve()
      return new Promise<number>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  return { calls, actors: [first, second], stuck: stuck.promise }
}

test('a run that its process left goes on from its last recorded outcome', async () => {
  const path = createTempFolder().resolve('runs.db')
  const { calls, actors, stuck } = createCounters()
  const local = createLocal({ store: await openStore(path), tools: createToolOptions(), actors })
  const { compiled } = local.compile(createSource('two.yaml', TWO_STEPS))
  assert.ok(compiled)
  const { id } = await local.start(compiled)
  await stuck
  await local.close()
  const store = await openStore(path)
  const { status, output } = await resume(id, { store, actors })
  assert.equal([status, output], ['completed', 2])
  assert.equal(calls, { first: 1, second: 2 })
  assert.equal((await resume(id.slice(-6), { store, actors })).output, 2)
  assert.equal(calls, { first: 1, second: 2 })
  await store.close()
})

test('a run that goes on elsewhere is not taken over', async () => {
  const store = await openStore('memory')
  const { tool, called } = createStuckTool()
  const abort = new AbortController()
  const running = run(workflowOf(STUCK, [tool]), { store, signal: abort.signal })
  await called
  const [record] = await store.listRuns()
  const fault = await catchFault(() => resume(record?.id ?? '', { store, actors: [tool] }))
  assert.is(fault.code, 'conflict')
  abort.abort()
  await running
})

test('an unknown run is not found', async () => {
  const store = await openStore('memory')
  assert.is((await catchFault(() => resume('r-unknown', { store }))).code, 'not_found')
})

test('a database that this release can not open is a fault', async () => {
  assert.is((await catchFault(() => openStore('postgres://host'))).code, 'invalid_input')
  assert.is((await catchFault(() => openStore('redis://host'))).code, 'invalid_input')
})

test.run()
