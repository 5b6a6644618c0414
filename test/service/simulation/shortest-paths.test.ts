import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import { findPaths, type PathOptions, type WorkflowPaths } from '../../../src/service/simulation/shortest-paths.ts'
import { createWalker, toEvent, toOutcome, type Walk, type WalkOutcome } from '../../../src/service/simulation/walk.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'

const LOOP = `
steps:
  - id: drafting
    loop: { until: steps.review.output.ok, max: 3 }
    do:
      - id: write
        llm: mock/echo
        prompt: Write.
        on_error: { refused: again }
      - id: review
        llm: mock/echo
        prompt: Is this right?
        returns: { ok: boolean }
    next: end
  - id: again
    wait: { for: 10m }
`

const pathsOf = (
  yaml: string,
  options: Pick<PathOptions, 'mostPaths' | 'mostPlaces' | 'mostFolds'> = {},
): WorkflowPaths => findPaths(compileWorkflow(yaml), { catalogue: createCatalogue(), input: {}, ...options })

const outcomesOf = ({ paths }: WorkflowPaths): WalkOutcome[][] => paths.map(({ events }) => events.map(toOutcome))

const test = suite('shortest paths')

test('a condition of on_error on details has a path that takes it', () => {
  const outcomes = outcomesOf(
    pathsOf(`
steps:
  - id: get
    tool: http.get
    with: { url: "http://example.test" }
    on_error: [{ when: error.details.status == 404, next: missing }]
    next: end
  - { id: missing, set: { code: error.code } }
`),
  )
  assert.ok(
    outcomes.some(([one]) => JSON.stringify(one) === '{"step":"get","fault":"timeout","details":{"status":404}}'),
  )
})

test('a loop that can end at once has a path of one iteration', () => {
  const { paths } = pathsOf(
    LOOP.replace('on_error: { refused: again }', 'on_error: fail').replace(/ {2}- id: again[\s\S]*/, ''),
  )
  const completed = paths.filter(({ end }) => end.status === 'completed')
  assert.equal(
    completed.map(({ events }) => events.length),
    [2],
  )
  assert.ok(paths.some(({ end }) => end.error?.code === 'loop_exhausted'))
})

test('every path leads to its end when its outcomes are told one after the other', () => {
  const compiled = compileWorkflow(LOOP.replace('next: end', ''))
  const { paths, isWhole } = findPaths(compiled, { catalogue: createCatalogue(), input: {} })
  assert.ok(isWhole)
  assert.ok(paths.length > 3)
  const walker = createWalker(compiled, { input: {} })
  for (const { events, end } of paths) {
    let walk: Walk = walker([])
    for (const outcome of events.map(toOutcome)) {
      const event = toEvent(walk, outcome)
      assert.ok(event, `nothing waits for ${JSON.stringify(outcome)}`)
      walk = walker([...walk.events, event])
    }
    assert.equal(walk.state.end, end)
  }
})

test('a loop of many iterations is walked up to a bound, and the ways that were found are told', () => {
  const { paths, isWhole } = pathsOf(
    `
steps:
  - id: day
    timeout: 1d
    on_error: { timeout: continue }
    loop: { until: "false", max: 10000, on_max: continue }
    do:
      - { id: order, wait: { event: order.placed } }
`,
    { mostFolds: 5_000 },
  )
  assert.is(isWhole, false)
  assert.equal(paths[0]?.events.map(toOutcome), [{ step: 'day', timer: 'timeout' }])
})

test('fewer outcomes come first', () => {
  const lengths = pathsOf(LOOP.replace('next: end', '')).paths.map(({ events }) => events.length)
  assert.equal(
    lengths,
    [...lengths].sort((one, other) => one - other),
  )
})

test('examples take up the texts and numbers that conditions compare with', () => {
  const found = pathsOf(`
steps:
  - id: rate
    llm: mock/echo
    prompt: Rate it.
    returns: { score: number, mood: string }
  - id: route
    switch:
      - when: steps.rate.output.score > 7 && steps.rate.output.score < 100
        do: [{ id: high, set: { is: 1 } }]
      - when: steps.rate.output.mood == "grim"
        do: [{ id: grim, set: { is: 2 } }]
`)
  const outputs = outcomesOf(found).flat()
  assert.ok(outputs.some((one) => 'output' in one && JSON.stringify(one.output).includes('"grim"')))
  assert.equal([...new Set(found.paths.map(({ end }) => JSON.stringify(end.output)))].sort(), [
    'null',
    '{"is":1}',
    '{"is":2}',
  ])
})

test('of timers the next one alone comes', () => {
  const { paths } = pathsOf(`
steps:
  - id: race
    parallel:
      slow: [{ id: late, wait: { for: 2h } }]
      fast: [{ id: soon, wait: { for: 1h } }]
    join: any
`)
  assert.equal(outcomesOf({ paths, isWhole: true }), [[{ step: 'soon', timer: 'wait' }]])
})

test('a model step with tools answers at once, or fails', () => {
  const found = pathsOf(`
steps:
  - { id: ask, llm: mock/echo, prompt: Hi, tools: [http.get], returns: { ok: boolean } }
`)
  assert.equal(outcomesOf(found), [
    [{ step: 'ask/turn_1', output: { output: { ok: true } } }],
    [{ step: 'ask/turn_1', fault: 'timeout' }],
  ])
})

test('what was not looked at is said', () => {
  assert.not(pathsOf(LOOP.replace('next: end', ''), { mostPaths: 2 }).isWhole)
  assert.not(pathsOf(LOOP.replace('next: end', ''), { mostPlaces: 2 }).isWhole)
  assert.is(pathsOf(LOOP.replace('next: end', ''), { mostPaths: 2 }).paths.length, 2)
})

test.run()
