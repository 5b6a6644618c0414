import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Chart, type ChartNode, walkNodes } from '../../src/chart/chart.ts'
import { createChart } from '../../src/chart/create-chart.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { compileNamed, WORKFLOW_FILES } from './charts.ts'

const chartOf = (yaml: string): Chart => createChart(compileWorkflow(yaml))

/** `from → to`, with the kind and the label where they say something. */
const arrows = ({ edges }: Chart): string[] =>
  edges.map(({ from, to, kind, label }) =>
    [from, kind === 'flow' ? '→' : `${kind} →`, to, ...(label === '' ? [] : [`(${label})`])].join(' '),
  )

const find = (chart: Chart, id: string): ChartNode => {
  const node = walkNodes(chart.nodes).find((one) => one.id === id)
  if (node === undefined) throw new Error(`there is no '${id}'`)
  return node
}

const chart = suite('create chart')

chart('steps follow each other from start to end', () => {
  const drawn = chartOf(`
steps:
  - { id: one, set: { a: "1" } }
  - { id: two, set: { b: "2" } }
`)
  assert.equal(arrows(drawn), ['start-- → one', 'one → two', 'two → end--'])
})

chart('finally stands behind the end, or alone where no arrow leads to an end', () => {
  const last = `
finally:
  - { id: tell, when: run.status == "failed", emit: failed }
  - { id: clean, set: { c: "3" } }
`
  const drawn = chartOf(`steps: [{ id: one, set: { a: "1" } }]${last}`)
  assert.equal(arrows(drawn), [
    'start-- → one',
    'one → end--',
    'end-- → finally--',
    'tell--when → tell (run.status == "failed")',
    'tell--when → clean (else)',
    'tell → clean',
  ])
  assert.equal(
    find(drawn, 'finally--').children.map(({ id }) => id),
    ['tell--when', 'tell', 'clean'],
  )
  const failing = chartOf(`steps: [{ id: no, fail: { code: gone, message: no } }]${last}`)
  assert.equal(arrows(failing).slice(0, 2), ['start-- → no', 'tell--when → tell (run.status == "failed")'])
})

chart('who is asked, for what, and before which call, stands on the steps', () => {
  const drawn = chartOf(`
input: { order: string }
tools:
  pay: { tool: http.post, approval: { when: '"json" in with' } }
  tell: { tool: http.post, approval: always }
steps:
  - { id: ask, approve: { title: "Go on?", by: [ann, "\${input.order}"], form: { amount: number, why: string } }, timeout: 1h }
  - { id: both, approve: { title: "Sure?", by: [ann, bob, carol], count: 2 }, timeout: 1h }
  - { id: some, approve: { title: "Sure?", count: 3 }, timeout: 1h }
  - { id: paid, wait: { event: payment, match: event.data.order == input.order } }
  - { id: nap, wait: { for: 5m } }
  - { id: charge, tool: pay, with: { url: "http://127.0.0.1" }, undo: { tool: http.delete, with: { url: "http://127.0.0.1" } } }
  - { id: think, llm: mock/echo, prompt: x, tools: [tell, http.get] }
  - { id: told, emit: order.paid }
`)
  const shown = (id: string) => {
    const { icon, detail, badges } = find(drawn, id)
    return [icon, detail, ...badges]
  }
  assert.equal(shown('ask'), ['approve', 'ask: Go on?', 'by ann, {input.order}', 'form: amount, why', 'timeout 1h'])
  assert.equal(shown('both').slice(2), ['2 of ann, bob, carol', 'timeout 1h'])
  assert.equal(shown('some').slice(2), ['3 people', 'timeout 1h'])
  assert.equal(shown('paid'), ['event', 'wait for event payment', 'if event.data.order == input.order'])
  assert.equal(shown('nap'), ['wait', 'wait 5m'])
  assert.equal(shown('charge'), ['tool', 'pay: POST 127.0.0.1', 'asks first if "json" in with', 'undo: http.delete'])
  assert.equal(shown('think'), ['llm', 'mock/echo', '2 tools', 'asks before tell'])
  assert.equal(shown('told'), ['emit', 'emit order.paid'])
})

chart('a step with an http tool shows method, host and path, and nothing that may be secret', () => {
  const drawn = chartOf(`
input: { id: string, base: string, verb: { enum: [GET, PUT] } }
secrets: [TOKEN]
tools:
  bank: { tool: http.post, with: { url: "https://bank.example/v1/pay?\${input.base}" } }
steps:
  - { id: plain, tool: http.get, with: { url: "https://shop.example/orders/\${input.id}/items?key=\${secrets.TOKEN}#top" } }
  - { id: user, tool: http.delete, with: { url: "http://ann:password@shop.example/a" } }
  - { id: any, tool: http.request, with: { method: "\${input.verb}", url: "\${input.base}" } }
  - { id: preset, tool: bank, with: { url: "https://ignored.example/", json: { a: 1 } } }
  - { id: other, tool: time.now }
`)
  const details = ['plain', 'user', 'any', 'preset', 'other'].map((id) => find(drawn, id).detail)
  assert.equal(details, [
    'GET shop.example/orders/{input.id}/items',
    'DELETE shop.example/a',
    '{input.verb} {input.base}',
    'bank: POST bank.example/v1/pay',
    'time.now',
  ])
})

chart('the arrow back of a loop says when it is taken', () => {
  const loop = (test: string): string =>
    `steps: [{ id: round, loop: { ${test}: iter.count > 2, max: 5 }, do: [{ id: a, set: { n: 1 } }] }]`
  const backOf = (test: string): string => chartOf(loop(test)).edges.find(({ kind }) => kind === 'repeat')?.label ?? ''
  assert.equal([backOf('until'), backOf('while')], ['unless iter.count > 2', 'while iter.count > 2'])
})

chart('a foreach shows what it does with failed items, and how many may fail', () => {
  const drawn = chartOf(`
steps:
  - { id: some, foreach: "[1]", on_item_error: skip, max_failures: 5%, do: [{ id: a, set: { n: 1 } }] }
  - { id: every, foreach: "[1]", on_item_error: collect, do: [{ id: b, set: { n: 1 } }] }
`)
  assert.equal(find(drawn, 'some').badges, ['10 at once', 'skips failed items, at most 5%'])
  assert.equal(find(drawn, 'every').badges, ['10 at once', 'collects failed items'])
})

chart('bounds that expressions give are shown as these', () => {
  const drawn = chartOf(`
input: { n: integer, limit: string }
steps:
  - { id: nap, wait: { for: "\${input.n}s" }, timeout: "\${input.limit}" }
  - { id: each, foreach: "[1]", concurrency: "\${input.n}", do: [{ id: a, set: { n: 1 } }] }
  - { id: again, loop: { until: "true", max: "\${input.n + 1}" }, do: [{ id: b, set: { n: 1 } }] }
`)
  const shown = (id: string) => {
    const { detail, badges } = find(drawn, id)
    return [detail, ...badges]
  }
  assert.equal(shown('nap'), ['wait {input.n}s', 'timeout {input.limit}'])
  assert.equal(shown('each'), ['for each item in [1]', '{input.n} at once'])
  assert.equal(shown('again'), ['loop, at most {input.n + 1} times'])
})

chart('a condition stands before its step, and what comes next is reached past it', () => {
  const drawn = chartOf(`
input: { n: integer }
steps:
  - { id: one, when: input.n > 1, set: { a: "1" } }
  - { id: two, when: input.n > 2, set: { b: "2" } }
`)
  assert.equal(arrows(drawn), [
    'start-- → one--when',
    'one--when → one (input.n > 1)',
    'one--when → two--when (else)',
    'one → two--when',
    'two--when → two (input.n > 2)',
    'two--when → end-- (else)',
    'two → end--',
  ])
})

chart('the cases of a switch have their conditions, and their steps go on behind it', () => {
  const drawn = chartOf(`
input: { n: integer }
steps:
  - id: pick
    switch:
      - when: input.n == 1
        do:
          - { id: inside, set: { a: "1" } }
      - when: input.n == 2
        next: end
  - { id: behind, set: { b: "2" } }
`)
  assert.equal(arrows(drawn), [
    'start-- → pick',
    'pick → inside (input.n == 1)',
    'inside → behind',
    'pick → end-- (input.n == 2)',
    'pick → behind (else)',
    'behind → end--',
  ])
})

chart('a switch with an on_error of its own is a block around its cases', () => {
  const drawn = chartOf(`
input: { n: integer }
steps:
  - id: pick
    on_error: rescue
    switch:
      - when: input.n == 1
        do:
          - { id: inside, set: { a: "1" } }
      - else: continue
  - { id: behind, set: { b: "2" }, next: end }
  - { id: rescue, set: { c: "3" } }
`)
  assert.equal(
    find(drawn, 'pick').children.map(({ id }) => id),
    ['pick--choice', 'inside', 'pick--exit'],
  )
  assert.ok(arrows(drawn).includes('pick error → rescue (any fault)'))
  assert.ok(arrows(drawn).includes('pick--choice → pick--exit (else)'))
  assert.ok(arrows(drawn).includes('pick → behind'))
})

chart('codes that lead to the same step share an arrow, and what goes on anyway is a remark', () => {
  const drawn = chartOf(`
models: { m: mock/echo }
steps:
  - { id: ask, llm: m, prompt: hi, on_error: { timeout: help, refused: help, rate_limited: continue }, next: end }
  - { id: help, fail: { code: helpless, message: none } }
`)
  assert.equal(arrows(drawn), ['start-- → ask', 'ask → end--', 'ask error → help (timeout, refused)'])
  assert.equal(find(drawn, 'ask').badges, ['goes on after rate_limited'])
})

chart('conditions of on_error stand at the arrows, and the last case is any other fault', () => {
  const drawn = chartOf(`
models: { m: mock/echo }
steps:
  - id: ask
    llm: m
    prompt: hi
    on_error: [{ when: error.details.status == 404, next: help }, { code: timeout, next: continue }, { else: other }]
    next: end
  - { id: help, fail: { code: helpless, message: none } }
  - { id: other, llm: m, prompt: hi, on_error: { timeout: fail, "*": continue } }
`)
  assert.equal(
    arrows(drawn).filter((arrow) => arrow.includes('error')),
    ['ask error → help (error.details.status == 404)', 'ask error → other (any other fault)'],
  )
  assert.equal(find(drawn, 'ask').badges, ['goes on after timeout'])
  assert.equal(find(drawn, 'other').badges, ['goes on after any other fault'])
})

chart('a loop goes back from its end to its beginning', () => {
  const drawn = chartOf(`
steps:
  - id: round
    loop: { until: iter.count > 2, max: 5 }
    do:
      - { id: first, set: { a: "1" } }
      - { id: last, set: { b: "2" } }
`)
  assert.equal(arrows(drawn), [
    'start-- → round',
    'first → last',
    'last → round--repeat',
    'round--repeat repeat → first (unless iter.count > 2)',
    'round → end--',
  ])
})

chart('steps of a foreach have the path of their items, and end ends the item', () => {
  const drawn = chartOf(`
input: { list: [string] }
steps:
  - id: each
    foreach: input.list
    do:
      - id: pick
        switch:
          - when: item == "x"
            next: end
      - { id: last, set: { a: item } }
`)
  assert.is(find(drawn, 'last').path, 'each/last')
  assert.ok(arrows(drawn).includes('pick → each--exit (item == "x")'))
  assert.ok(arrows(drawn).includes('last → each--exit'))
})

chart('a run that always fails has no end to reach', () => {
  const drawn = chartOf('steps:\n  - { id: stop, fail: { code: no, message: no } }\n')
  assert.equal(
    drawn.nodes.map(({ id }) => id),
    ['start--', 'stop'],
  )
})

for (const file of WORKFLOW_FILES)
  chart(`in ${file} every step is drawn once, and every arrow has two ends`, () => {
    const compiled = compileNamed(file)
    const drawn = createChart(compiled)
    const ids = walkNodes(drawn.nodes).map(({ id }) => id)
    assert.is(new Set(ids).size, ids.length)
    const steps = [...compiled.plans.keys()].filter((id) => !id.includes('/') && !id.includes('--'))
    assert.equal(ids.filter((id) => !id.includes('--')).sort(), steps.sort())
    assert.equal(
      drawn.edges.filter(({ from, to }) => !ids.includes(from) || !ids.includes(to)),
      [],
    )
  })

chart.run()
