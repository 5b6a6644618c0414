/** A compiled workflow under XState alone: the same steps, the same end as in a run. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Actor, type AnyStateMachine, createActor, toPromise, waitFor } from 'xstate'
import {
  compile,
  defineTool,
  type JsonValue,
  type MachineContext,
  type OwnActor,
  provideActors,
  type RunOptions,
  run,
  toMachineInput,
  type Workflow,
} from '../../src/index.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const EXAMPLES = join(REPOSITORY_FOLDER, 'examples')

const workflowOf = (text: string, actors: readonly OwnActor[] = []): Workflow => {
  const { workflow, diagnostics } = compile(`workflow: w\n${text}`, { actors })
  if (workflow === undefined) throw new Error(JSON.stringify(diagnostics))
  return workflow
}

const start = async (
  workflow: Workflow,
  { input = {}, ...options }: RunOptions = {},
): Promise<Actor<AnyStateMachine>> => {
  const machine = workflow.machine.provide(provideActors(workflow, options))
  return createActor(machine, { input: await toMachineInput(workflow, input) }).start()
}

interface Ending {
  state: unknown
  output: JsonValue
  fault: { code: string; message: string; step: string } | null
}

const finish = async (workflow: Workflow, options?: RunOptions): Promise<Ending> => {
  const actor = await start(workflow, options)
  const output = (await toPromise(actor)) as JsonValue
  const { value, context } = actor.getSnapshot() as { value: unknown; context: MachineContext }
  const { fault } = context
  return {
    state: value,
    output,
    fault:
      fault === null
        ? null
        : { code: fault.fault.code, message: fault.fault.message, step: fault.origin ?? fault.step },
  }
}

const test = suite('plain XState')

for (const file of readdirSync(EXAMPLES).filter((name) => /^0[1-689].*\.yaml$/.test(name))) {
  test(`${file} ends as in a run`, async () => {
    const { workflow } = compile({ file: join(EXAMPLES, file) })
    assert.ok(workflow)
    const files = { read: [join(EXAMPLES, 'data')], write: [createTempFolder().path] }
    const { output, status } = await run(workflow, { files })
    const ending = await finish(workflow, { files })
    assert.equal(ending.output, output)
    assert.is(ending.state, `run--${status}`)
  })
}

test('items come from a file, and results go to one', async () => {
  const folder = createTempFolder({ 'in.csv': 'n\n1\n2\n3\n' })
  const body = 'do: [{ id: one, set: { n: "int(row.n) * 2" } }]'
  const { workflow } = compile(
    `workflow: w\nsteps: [{ id: all, foreach: { file: in.csv }, as: row, results_to: out.jsonl, ${body} }]\n`,
  )
  assert.ok(workflow)
  const { output } = await finish(workflow, { files: { read: [folder.path], write: [folder.path] } })
  assert.equal(output, { count: 3, failed: 0, path: 'out.jsonl' })
  assert.is(folder.read('out.jsonl'), '{"n":2}\n{"n":4}\n{"n":6}\n')
})

const CASES: { title: string; text: string; output?: JsonValue; fault?: string; step?: string }[] = [
  {
    title: 'items of a foreach end in the order of the list',
    text: 'steps:\n  - id: all\n    foreach: "[3, 1, 2]"\n    as: n\n    concurrency: 2\n    do:\n      - { id: one, set: { double: n * 2, at: index } }\n',
    output: [
      { double: 6, at: 0 },
      { double: 2, at: 1 },
      { double: 4, at: 2 },
    ],
  },
  {
    title: 'an inner foreach sees the item of the outer one',
    text: 'steps:\n  - id: rows\n    foreach: "[1, 2]"\n    as: a\n    do:\n      - id: cells\n        foreach: "[10, 20]"\n        as: b\n        yields: a * b\n        do:\n          - { id: cell, set: { x: 1 } }\n',
    output: [
      [10, 20],
      [20, 40],
    ],
  },
  {
    title: 'an empty list is no work',
    text: 'steps:\n  - id: all\n    foreach: "[]"\n    as: n\n    do:\n      - { id: one, set: { n: 1 } }\n',
    output: [],
  },
  {
    title: 'a thousand items that do nothing are no deep stack',
    text: 'steps:\n  - id: all\n    foreach: input.list\n    as: n\n    yields: n\n    concurrency: 1\n    do:\n      - { id: one, when: n < 0, set: { n: 1 } }\ninput: { list: "number[]" }\noutput: { last: "steps.all.output[999]" }\n',
    output: { last: 999 },
  },
  {
    title: 'collected faults are values',
    text: 'steps:\n  - id: all\n    foreach: "[1, 0]"\n    as: n\n    on_item_error: collect\n    yields: n\n    do:\n      - id: stop\n        when: n == 0\n        fail: { code: zero, message: none }\n',
    output: [
      { ok: true, value: 1 },
      { ok: false, error: { code: 'zero', message: 'none', details: {} } },
    ],
  },
  {
    title: 'the fault of an item is that of the run',
    text: 'steps:\n  - id: all\n    foreach: "[1, 0]"\n    as: n\n    do:\n      - id: stop\n        when: n == 0\n        fail: { code: zero, message: none }\n',
    fault: 'zero',
    step: 'all[1]/stop',
  },
  {
    title: 'a wait takes its time',
    text: 'steps:\n  - { id: pause, wait: { for: 10ms } }\n  - { id: done, set: { ok: true } }\n',
    output: { ok: true },
  },
  {
    title: 'a step that takes too long times out',
    text: 'models: { slow: mock/script }\nsteps:\n  - id: ask\n    llm: slow\n    prompt: hi\n    params: { script: [{ text: late, delay: 1m }] }\n    timeout: 10ms\n    retry: { max: 1 }\n',
    fault: 'timeout',
    step: 'ask',
  },
  {
    title: 'a timeout that an expression gives is kept',
    text: 'steps:\n  - id: ask\n    llm: mock/script\n    prompt: hi\n    params: { script: [{ text: late, delay: 1m }] }\n    timeout: "${string(5 * 2)}ms"\n    retry: { max: 1 }\n',
    fault: 'timeout',
    step: 'ask',
  },
  {
    title: 'so is the timeout of a block, and a concurrency',
    text: 'steps:\n  - id: all\n    timeout: "${string(5 * 2)}ms"\n    foreach: "[1, 2]"\n    concurrency: "${2 - 1}"\n    do: [{ id: nap, wait: { for: 1m } }]\n',
    fault: 'timeout',
    step: 'all',
  },
  {
    title: 'an actor is tried again as its step says',
    text: 'models: { flaky: mock/script }\nsteps:\n  - id: ask\n    llm: flaky\n    prompt: hi\n    params: { script: [{ fault: unavailable }, "at last"] }\n    retry: { max: 2, backoff: 1ms..1ms }\n',
    output: { text: 'at last' },
  },
  {
    title: 'an expression without a value is a fault',
    text: 'steps:\n  - { id: divide, set: { x: 1 / int(0) } }\n',
    fault: 'expression_failed',
    step: 'divide',
  },
]

for (const { title, text, output, fault, step } of CASES)
  test(title, async () => {
    const input = text.includes('input.list') ? { list: Array.from({ length: 1000 }, (_, index) => index) } : {}
    const ending = await finish(workflowOf(text), { input })
    if (fault === undefined) assert.equal([ending.state, ending.output], ['run--completed', output])
    else assert.equal([ending.state, ending.fault?.code, ending.fault?.step], ['run--failed', fault, step])
  })

const PARENT = `
workflow: parent
input: { count: integer }
steps:
  - id: call
    workflow: child.yaml
    with: { count: "\${input.count}" }
output: steps.call.output
`
const CHILD = `
workflow: child
input: { count: integer }
steps:
  - id: halve
    when: input.count > 0
    set: { half: input.count / 2 }
  - id: stop
    when: input.count <= 0
    fail: { code: too_few, message: "Nothing to halve" }
output: { half: steps.?halve.?output.?half.orValue(0) }
`

test('a child workflow is a machine of its own', async () => {
  const folder = createTempFolder({ 'parent.yaml': PARENT, 'child.yaml': CHILD })
  const { workflow } = compile({ file: folder.resolve('parent.yaml') })
  assert.ok(workflow)
  assert.equal((await finish(workflow, { input: { count: 4 } })).output, { half: 2 })
  const { state, fault } = await finish(workflow, { input: { count: 0 } })
  assert.equal([state, fault?.code, fault?.step], ['run--failed', 'too_few', 'call'])
  assert.equal((await run(workflow, { input: { count: 4 } })).output, { half: 2 })
})

test('an input that does not fit is refused', async () => {
  const workflow = workflowOf('input: { n: number }\nsteps:\n  - { id: a, set: { n: input.n } }\n')
  await toMachineInput(workflow, { n: 'one' }).then(
    () => assert.unreachable(),
    (thrown) => assert.match(thrown.message, "'/n' must be number"),
  )
})

for (const [title, end] of [
  ['the event CANCEL', (actor: Actor<AnyStateMachine>) => actor.send({ type: 'CANCEL' })],
  ['stopping the actor', (actor: Actor<AnyStateMachine>) => actor.stop()],
] as const)
  test(`${title} calls off what is performed, in a child workflow inside a foreach too`, async () => {
    const called = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    const tool = defineTool({
      name: 'wait.forever',
      input: {},
      perform: (_, { signal }) =>
        new Promise<null>(() => {
          called.resolve()
          signal.addEventListener('abort', () => aborted.resolve())
        }),
    })
    const text =
      'steps:\n  - id: all\n    foreach: "[1]"\n    as: n\n    do:\n      - { id: wait, tool: wait.forever }\n'
    const actor = await start(workflowOf(text, [tool]))
    await called.promise
    end(actor)
    await aborted.promise
    if (title === 'the event CANCEL') await waitFor(actor, ({ value }) => value === 'run--cancelled')
  })

test.run()
