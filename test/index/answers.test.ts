/** People, events and undoing in a compiled workflow under XState alone. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createActor, fromPromise, toPromise } from 'xstate'
import {
  compile,
  defineTool,
  Fault,
  type JsonValue,
  type MachineContext,
  type OwnActor,
  type ProvideOptions,
  provideActors,
  toMachineInput,
  type Workflow,
} from '../../src/index.ts'

const workflowOf = (text: string, actors: readonly OwnActor[] = []): Workflow => {
  const { workflow, text: findings } = compile(`workflow: w\n${text}`, { actors })
  if (workflow === undefined) throw new Error(findings)
  return workflow
}

const finish = async (workflow: Workflow, options: ProvideOptions = {}) => {
  const machine = workflow.machine.provide(provideActors(workflow, options))
  const actor = createActor(machine, { input: await toMachineInput(workflow) }).start()
  const output = (await toPromise(actor)) as JsonValue
  const { value, context } = actor.getSnapshot() as { value: unknown; context: MachineContext }
  return { value, output, fault: context.fault?.fault }
}

const test = suite('answers')

const APPROVE = `
steps:
  - id: items
    foreach: "['x', 'y']"
    as: item
    concurrency: 1
    do:
      - { id: ask, approve: { title: "\${item}?", by: [ann], form: { n: integer } }, timeout: 1h, on_error: { rejected: no } }
      - { id: yes, set: { got: "[item, steps.ask.output.values.n]" }, next: end }
      - { id: no, set: { got: error.message } }
`

test('a program decides in place of a person, knowing what a person would', async () => {
  const asked: unknown[] = []
  const { output } = await finish(
    workflowOf(
      APPROVE.replace(
        '    do:',
        '    yields: steps.?yes.?output.?got.orValue(steps.?no.?output.?got.orValue(null))\n    do:',
      ),
    ),
    {
      approve({ title, path, by, form }) {
        asked.push([title, path, by, form?.type])
        return path === 'items[0]/ask'
          ? { verdict: 'approved', by: 'ann', values: { n: 3 } }
          : { verdict: 'rejected', by: 'ann', comment: 'no need' }
      },
    },
  )
  assert.equal(asked, [
    ['x?', 'items[0]/ask', ['ann'], 'object'],
    ['y?', 'items[1]/ask', ['ann'], 'object'],
  ])
  assert.equal(output, [['x', 3], "'y?' was rejected by ann: no need"])
})

test('a decision that would not count in a run does not count here', async () => {
  const wrong = await finish(workflowOf(APPROVE), {
    approve: () => ({ verdict: 'approved', by: 'eve', values: { n: 3 } }),
  })
  assert.is(wrong.fault?.code, 'invalid_output')
  assert.match(wrong.fault?.message ?? '', /'eve' may not decide: expected 'ann'/)
})

for (const [step, option] of [
  ['approve: { title: Go? }, timeout: 1h', 'approve'],
  ['wait: { event: paid }', 'waitFor'],
  ['emit: paid', 'emit'],
] as const)
  test(`'${step}' without anybody to turn to says which option is missing`, async () => {
    const { fault } = await finish(workflowOf(`steps: [{ id: s, ${step} }]`))
    assert.is(fault?.code, 'unavailable')
    assert.match(fault?.message ?? '', `expected the option '${option}' of provideActors`)
  })

test('an approval is not open any more when its time is over', async () => {
  let signal: AbortSignal | undefined
  const { fault } = await finish(workflowOf('steps: [{ id: ask, approve: { title: Go? }, timeout: 10ms }]'), {
    approve: (_, context) => {
      signal = context.signal
      return new Promise(() => {})
    },
  })
  assert.is(fault?.code, 'timeout')
  assert.is(signal?.aborted, true)
})

test('a program gives events and takes them', async () => {
  const told: unknown[] = []
  const { output } = await finish(
    workflowOf(`
steps:
  - { id: placed, emit: order.placed, key: "'o-1'", with: { n: 1 } }
  - { id: paid, wait: { event: paid, match: event.data.n == 2 } }
output: steps.paid.output.n
`),
    {
      emit: ({ id, type, source, data }) => told.push([id, type, source, data]),
      waitFor: ({ name, path, accepts }) => {
        assert.equal([name, path], ['paid', 'paid'])
        return [{ n: 1 }, { n: 2 }].find(accepts) ?? null
      },
    },
  )
  assert.is(output, 2)
  assert.equal(told, [['o-1', 'order.placed', 'troupe/w', { n: 1 }]])
})

test('a program is asked for one person after the other, until enough have approved', async () => {
  const seen: unknown[] = []
  const yaml = `
steps: [{ id: ask, approve: { title: Go?, by: [ann, bob, carol], count: 2, form: { n: integer } }, timeout: 1h }]
output: steps.ask.output.decisions.map(d, [d.by, d.values.n])
`
  const { output } = await finish(workflowOf(yaml), {
    approve({ count, decisions }) {
      seen.push([count, decisions.map(({ by }) => by)])
      return { verdict: 'approved', by: decisions.length === 0 ? 'carol' : 'ann', values: { n: decisions.length } }
    },
  })
  assert.equal(output, [
    ['carol', 0],
    ['ann', 1],
  ])
  assert.equal(seen, [
    [2, []],
    [2, ['carol']],
  ])
  const twice = await finish(workflowOf(yaml), {
    approve: () => ({ verdict: 'approved', by: 'ann', values: { n: 1 } }),
  })
  assert.match(twice.fault?.message ?? '', /does not count: 'ann' has approved it already/)
})

const createBooking = (booked: string[]): OwnActor[] =>
  ['book', 'cancel'].map((name) =>
    defineTool({
      name: `desk.${name}`,
      description: 'x',
      input: { what: 'string' },
      output: {},
      writes: true,
      perform({ what }) {
        if (what === 'broken') throw new Error('it broke')
        booked.push(`${name} ${what}`)
        return {}
      },
    }),
  )

const JOURNEY = `
tools:
  asking: { tool: desk.cancel, approval: always }
steps:
  - { id: flight, tool: desk.book, with: { what: flight }, undo: { tool: desk.cancel, with: { what: flight } } }
  - id: nights
    foreach: "[1, 2]"
    as: n
    concurrency: 1
    do: [{ id: hotel, tool: desk.book, with: { what: "hotel \${n}" }, undo: { tool: desk.cancel, with: { what: "hotel \${n}" } } }]
  - { id: car, tool: desk.book, with: { what: car }, undo: { tool: asking, with: { what: car } } }
  - { id: bad, tool: desk.book, with: { what: bad }, undo: { tool: desk.cancel, with: { what: broken } } }
  - { id: no, fail: { code: full, message: No place } }
`

test('effects are undone before a bad end, the last first, items too, without asking anyone', async () => {
  const booked: string[] = []
  const asked: string[] = []
  const actors = createBooking(booked)
  const { value, fault } = await finish(workflowOf(JOURNEY, actors), {
    actors,
    approve({ path }) {
      asked.push(path)
      return { verdict: 'approved', by: 'ann' }
    },
  })
  assert.equal([value, fault?.code], ['run--failed', 'full'])
  assert.equal(booked.slice(5), ['cancel car', 'cancel hotel 2', 'cancel hotel 1', 'cancel flight'])
  assert.equal(asked, [])
})

test('a block is compensated when its fault is handled, items too, and a bad end later undoes only the rest', async () => {
  const booked: string[] = []
  const actors = createBooking(booked)
  const workflow = workflowOf(
    `
steps:
  - { id: flight, tool: desk.book, with: { what: flight }, undo: { tool: desk.cancel, with: { what: flight } } }
  - id: stay
    compensate: true
    on_error: car
    do:
      - id: nights
        foreach: "[1, 2]"
        as: n
        concurrency: 1
        do: [{ id: hotel, tool: desk.book, with: { what: "hotel \${n}" }, undo: { tool: desk.cancel, with: { what: "hotel \${n}" } } }]
      - { id: bad, fail: { code: full, message: Full } }
  - { id: car, tool: desk.book, with: { what: car }, undo: { tool: desk.cancel, with: { what: car } } }
  - { id: no, fail: { code: full, message: No place } }
`,
    actors,
  )
  const { value, fault } = await finish(workflow, { actors })
  assert.equal([value, fault?.code], ['run--failed', 'full'])
  assert.equal(booked, [
    'book flight',
    'book hotel 1',
    'book hotel 2',
    'cancel hotel 2',
    'cancel hotel 1',
    'book car',
    'cancel car',
    'cancel flight',
  ])
})

test('a block inside an item is compensated, and not undone again at a bad end', async () => {
  const booked: string[] = []
  const actors = createBooking(booked)
  const workflow = workflowOf(
    `
steps:
  - id: trips
    foreach: "[1, 2]"
    as: n
    concurrency: 1
    do:
      - id: stay
        compensate: true
        on_error: continue
        do:
          - { id: hotel, tool: desk.book, with: { what: "hotel \${n}" }, undo: { tool: desk.cancel, with: { what: "hotel \${n}" } } }
          - { id: full, when: n == 1, fail: { code: full, message: Full } }
  - { id: no, fail: { code: full, message: No place } }
`,
    actors,
  )
  await finish(workflow, { actors })
  assert.equal(booked, ['book hotel 1', 'cancel hotel 1', 'book hotel 2', 'cancel hotel 2'])
})

test('a call that its preset asks about is made after an approval, with the input of the preset', async () => {
  const booked: string[] = []
  const actors = createBooking(booked)
  const workflow = workflowOf(
    `
tools: { always_rome: { tool: desk.book, with: { what: Rome }, approval: always } }
steps: [{ id: s, tool: always_rome, on_error: { rejected: end } }]
`,
    actors,
  )
  await finish(workflow, { actors, approve: () => ({ verdict: 'rejected', by: 'ann' }) })
  assert.equal(booked, [])
  await finish(workflow, {
    actors,
    approve({ show, tool }) {
      assert.equal([show, tool], [{ what: 'Rome' }, 'always_rome'])
      return { verdict: 'approved', by: 'ann' }
    },
  })
  assert.equal(booked, ['book Rome'])
})

test('a model calls tools, and is told when a call is rejected', async () => {
  const booked: string[] = []
  const actors = createBooking(booked)
  const turns = [
    {
      tool_calls: [
        { name: 'desk.book', arguments: { what: 'Rome' } },
        { name: 'asking', arguments: { what: 'Oslo' } },
      ],
    },
    { text: 'done' },
  ]
  const workflow = workflowOf(
    `
tools: { asking: { tool: desk.book, approval: always } }
steps: [{ id: s, llm: mock/script, prompt: x, tools: [desk.book, asking], params: { script: ${JSON.stringify(turns)} } }]
output: steps.s.output.text
`,
    actors,
  )
  const asked: string[] = []
  const { output, fault } = await finish(workflow, {
    actors,
    approve({ path }) {
      asked.push(path)
      return { verdict: 'rejected', by: 'ann' }
    },
  })
  assert.equal([fault, output, booked, asked], [undefined, 'done', ['book Rome'], ['s/turn_1_call_2']])
})

const FINALLY = `
input: { bad: { type: boolean, default: false } }
steps:
  - { id: work, tool: note, with: { what: work } }
  - { id: no, when: input.bad, fail: { code: gone, message: no } }
finally:
  - { id: clean, tool: note, with: { what: "clean after \${run.status} \${error.?code.orValue('')}" } }
  - { id: bad, tool: note, with: { what: broken } }
  - { id: never, tool: note, with: { what: never } }
output: { done: "true" }
`

test('finally runs under XState too, and leaves the end as it was', async () => {
  const noted: string[] = []
  const note = defineTool({
    name: 'note',
    description: 'Notes.',
    writes: true,
    input: { what: 'string' },
    output: {},
    async perform({ what }) {
      if (what === 'broken') throw new Fault('tool_failed', 'no')
      noted.push(what)
      return {}
    },
  })
  const workflow = workflowOf(FINALLY, [note])
  const { value, output } = await finish(workflow)
  assert.equal([value, output], ['run--completed', { done: true }])
  assert.equal(noted.splice(0), ['work', 'clean after completed '])
  const machine = workflow.machine.provide(provideActors(workflow))
  const failed = createActor(machine, { input: await toMachineInput(workflow, { bad: true }) }).start()
  await toPromise(failed)
  assert.is(failed.getSnapshot().value, 'run--failed')
  assert.equal(noted.splice(0), ['work', 'clean after failed gone'])
  const cancelled = createActor(machine, { input: await toMachineInput(workflow) }).start()
  cancelled.send({ type: 'CANCEL' })
  await toPromise(cancelled)
  assert.is(cancelled.getSnapshot().value, 'run--cancelled')
  assert.is(noted.at(-1), 'clean after cancelled ')
})

test("XState's own logic can stand in for a kind of step, and for undoing", async () => {
  const workflow = workflowOf(`
steps:
  - { id: ask, approve: { title: Go? }, timeout: 1h }
  - { id: get, tool: http.get, with: { url: "http://127.0.0.1/" }, undo: { tool: http.get, with: { url: "http://127.0.0.1/" } } }
  - { id: no, fail: { code: full, message: "\${steps.ask.output.by}" } }
`)
  let undone = 0
  const actors = {
    ...provideActors(workflow).actors,
    approve: fromPromise(async () => ({ by: 'bot', at: '', values: null })),
    tool: fromPromise(async () => ({ status: 200, headers: {}, body: null })),
    undo: fromPromise(async () => {
      undone++
    }),
  }
  const actor = createActor(workflow.machine.provide({ actors }), { input: await toMachineInput(workflow) }).start()
  await toPromise(actor)
  const { context } = actor.getSnapshot() as { context: MachineContext }
  assert.equal([context.fault?.fault.message, undone], ['bot', 1])
})

test.run()
