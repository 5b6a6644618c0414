import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { findExamples } from '../../../src/service/simulation/example-outputs.ts'
import { findPaths, type WorkflowPaths } from '../../../src/service/simulation/shortest-paths.ts'
import { createWaitOffers } from '../../../src/service/simulation/wait-offers.ts'
import { createWalker, toEvent, toOutcome, type Walk, type WalkOutcome } from '../../../src/service/simulation/walk.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'

const pathsOf = (yaml: string, input: JsonValue = {}): WorkflowPaths =>
  findPaths(compileWorkflow(yaml), { catalogue: createCatalogue(), input })

const outcomesOf = ({ paths }: WorkflowPaths): WalkOutcome[][] => paths.map(({ events }) => events.map(toOutcome))

/** Offers at the first wait of the run. */
const offersOf = (yaml: string, input: JsonValue = {}): WalkOutcome[] => {
  const compiled = compileWorkflow(yaml)
  const walk = createWalker(compiled, { input })([])
  const offers = createWaitOffers(compiled, findExamples(compiled, createCatalogue()))
  return walk.state.openWaits().flatMap((wait) => offers(walk, wait))
}

const test = suite('walks through waits')

test('an approval is given, with values that fit its form, or refused, or runs out', () => {
  const found = pathsOf(`
steps:
  - id: ask
    approve: { title: "Send it?", form: { amount: { type: integer, minimum: 5 } } }
    timeout: 1h
    on_error: { rejected: end }
`)
  assert.equal(outcomesOf(found), [
    [{ step: 'ask', approved: { amount: 5 } }],
    [{ step: 'ask', rejected: '' }],
    [{ step: 'ask', timer: 'timeout' }],
  ])
})

test('conditions on what was filled in come out both ways', () => {
  const found = pathsOf(`
steps:
  - id: ask
    approve: { title: "Send it?", form: { loud: boolean } }
    timeout: 1h
  - { id: shout, when: steps.ask.output.values.loud, set: { a: 1 } }
output: steps.shout.status
`)
  const ends = found.paths.map(({ end }) => end.output)
  assert.ok(ends.includes('completed') && ends.includes('skipped'))
})

test('the first person who may decide decides', () => {
  const [first] = outcomesOf(pathsOf('steps: [{ id: ask, approve: { title: Go?, by: [ann, bob] }, timeout: 1h }]'))
  assert.equal(first, [{ step: 'ask', approved: null, by: 'ann' }])
})

test('where several must approve each way of approvals, rejections and time is found', () => {
  const yaml = 'steps: [{ id: ask, approve: { title: Go?, count: 2 }, timeout: 1h, on_error: { rejected: end } }]'
  const anyone = { step: 'ask', approved: null }
  assert.equal(outcomesOf(pathsOf(yaml)), [
    [{ step: 'ask', rejected: '' }],
    [{ step: 'ask', timer: 'timeout' }],
    [anyone, { ...anyone, by: 'anyone-2' }],
    [anyone, { step: 'ask', rejected: '', by: 'anyone-2' }],
    [anyone, { step: 'ask', timer: 'timeout' }],
  ])
  const named = outcomesOf(pathsOf(yaml.replace('count', 'by: [ann, bob], count')))
  assert.equal(named[2], [
    { ...anyone, by: 'ann' },
    { ...anyone, by: 'bob' },
  ])
})

test('a call that a preset asks about is agreed to and made, or refused', () => {
  const found = pathsOf(`
tools: { pay: { tool: http.get, approval: always } }
steps: [{ id: charge, tool: pay, with: { url: "http://127.0.0.1/" } }]
`)
  const kinds = outcomesOf(found).map((outcomes) => outcomes.map((one) => Object.keys(one).at(-1)))
  assert.equal(kinds, [['rejected'], ['approved', 'output'], ['approved', 'fault']])
})

test('an event has the data that its wait asks for', () => {
  const wait = (match: string): string =>
    `input: { order: string }\nsteps: [{ id: w, wait: { event: paid, match: '${match}' }, timeout: 1h }]`
  const dataOf = (match: string): JsonValue => {
    const [offer] = offersOf(wait(match), { order: 'o-1' })
    return offer !== undefined && 'event' in offer ? offer.data : null
  }
  assert.equal(dataOf('event.data.order == input.order'), { order: 'o-1' })
  assert.equal(dataOf('event.data.amount > 5 && 3 > event.data.?count.orValue(9)'), { amount: 6, count: 2 })
  assert.equal(dataOf('event.data.is.paid'), { is: { paid: true } })
  assert.equal(dataOf('event.data.state != "open"'), { state: 'no open' })
  assert.equal(dataOf('event.name == "paid"'), {})
})

test('an event carries what later steps read of it', () => {
  const [data] = offersOf(`
steps:
  - { id: w, wait: { event: paid } }
  - { id: then, when: steps.w.output.kind == "big", set: { by: steps.w.output.customer.name } }
`)
  assert.equal(data, { event: 'paid', data: { kind: 'big', customer: { name: 'a text' } } })
})

test('of two waits for one event the older one is offered it', () => {
  const offers = offersOf(`
steps:
  - id: both
    parallel:
      left: [{ id: one, wait: { event: paid } }]
      right: [{ id: two, wait: { event: paid } }]
`)
  assert.equal(offers, [{ event: 'paid', data: {} }])
})

const UNDO = `
steps:
  - id: book
    tool: http.post
    with: { url: "http://127.0.0.1/" }
    undo: { tool: http.delete, with: { url: "http://127.0.0.1/1" } }
  - { id: no, fail: { code: full, message: x } }
`

test('what is undone, and what can not be, are ways of their own', () => {
  const { paths } = pathsOf(UNDO)
  assert.equal(
    paths.flatMap(({ end }) => (end.undone === undefined ? [] : [end.undone.map(({ fault }) => fault?.code)])),
    [[undefined], ['tool_failed']],
  )
})

test('steps that are undone alike are undone each', () => {
  const { paths } = pathsOf(`
steps:
  - id: items
    foreach: "[1, 1]"
    do:
      - id: book
        tool: http.post
        with: { url: "http://127.0.0.1/" }
        undo: { tool: http.delete, with: { url: "http://127.0.0.1/1" } }
  - { id: no, fail: { code: full, message: x } }
`)
  assert.ok(paths.some(({ end }) => end.undone?.length === 2))
})

const EVERYTHING = `
input: { order: string }
tools: { pay: { tool: http.post, approval: always } }
steps:
  - id: items
    foreach: "['x', 'y']"
    as: item
    do: [{ id: ask, approve: { title: "\${item}?", form: { ok: boolean } , by: [ann] }, timeout: 1h }]
  - id: charge
    tool: pay
    with: { url: "http://127.0.0.1/" }
    undo: { tool: http.delete, with: { url: "http://127.0.0.1/1" } }
  - { id: paid, wait: { event: paid, match: event.data.order == input.order }, timeout: 1d }
  - { id: tell, emit: order.paid }
  - { id: sure, approve: { title: Sure? }, timeout: 1h }
`

test('every path leads to its end when its outcomes are told one after the other, and an outcome stands for one event', () => {
  const compiled = compileWorkflow(EVERYTHING)
  const input = { order: 'o-1' }
  const { paths } = findPaths(compiled, { catalogue: createCatalogue(), input, mostPlaces: 300 })
  assert.ok(paths.some(({ end }) => end.status === 'completed'))
  const walker = createWalker(compiled, { input })
  for (const { events, end } of paths) {
    let walk: Walk = walker([])
    for (const told of events) {
      const event = toEvent(walk, toOutcome(told))
      assert.equal(event, told)
      walk = walker([...walk.events, told])
    }
    assert.equal(walk.state.end, end)
  }
})

test('what nothing fails in is walked without a refusal, and without running out of time', () => {
  const compiled = compileWorkflow(EVERYTHING)
  const { paths } = findPaths(compiled, {
    catalogue: createCatalogue(),
    input: { order: 'o-1' },
    mayFail: () => false,
    mostPlaces: 300,
  })
  assert.ok(paths.length > 0)
  assert.ok(paths.every(({ end }) => end.status === 'completed'))
})

test('an event that nothing waits for is kept on a walk too', () => {
  const compiled = compileWorkflow(`
steps: [{ id: first, wait: { for: 1m } }, { id: w, wait: { event: paid } }]
output: steps.w.output
`)
  const walker = createWalker(compiled, { input: {} })
  const early = toEvent(walker([]), { event: 'paid', data: 7 })
  assert.ok(early)
  const before = walker([early])
  const later = toEvent(before, { step: 'first', timer: 'wait' })
  assert.ok(later)
  assert.is(walker([early, later]).state.end?.output, 7)
})

test.run()
