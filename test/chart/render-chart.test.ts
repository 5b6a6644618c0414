import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toDirectedGraph } from '@xstate/graph'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createMachine, initialTransition } from 'xstate'
import { END_NODE } from '../../src/chart/chart.ts'
import { createChart } from '../../src/chart/create-chart.ts'
import { CHART_FORMATS, renderChart } from '../../src/chart/render-chart.ts'
import { renderSvg } from '../../src/chart/render-svg.ts'
import { escapeXml } from '../../src/chart/svg/xml.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { compileNamed, WORKFLOW_FILES } from './charts.ts'

const EVERYTHING = 'test/fixtures/charts/everything.yaml'

/** Tags that do not close what was opened last. */
const findOpenTags = (xml: string): string[] => {
  const open: string[] = []
  for (const [, isEnd, name = '', , isEmpty] of xml.matchAll(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)(\/?)>/gi)) {
    if (isEnd === '/') {
      if (open.pop() !== name) return [`</${name}>`]
    } else if (isEmpty === '') open.push(name)
  }
  return open
}

const render = suite('render chart')

for (const file of WORKFLOW_FILES) {
  render(`the picture of ${file} is whole, and asks for nothing from outside`, async () => {
    const svg = await renderChart(compileNamed(file), { format: 'svg' })
    assert.equal(findOpenTags(svg), [])
    assert.is(svg.replaceAll(/<\/?[a-z]+(?:\s[\w:-]+="[^"<]*")*\/?>/gi, '').includes('<'), false)
    assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /)
    assert.match(svg, /<title id="[^"]+">[^<]+<\/title>\n<desc id="[^"]+">[^<]+<\/desc>/)
    assert.match(svg, '@media (prefers-color-scheme: dark)')
    assert.not.match(svg, /<script|<image|<use|href=|url\(|@import|NaN|undefined|Infinity/)
  })

  render(`XState takes the machine of ${file}, and its foreach bodies`, async () => {
    const config = JSON.parse(await renderChart(compileNamed(file), { format: 'xstate' })) as JsonObject
    for (const one of [config, ...findBodies(config)]) {
      const machine = createMachine(one as never)
      const [snapshot] = initialTransition(machine.provide({ guards: { when: () => false } } as never))
      assert.is(snapshot.status, 'active')
    }
  })
}

render('undoing is a state of the machine, which leads to its bad ends alone', async () => {
  const config = JSON.parse(await renderChart(compileNamed('examples/12-undo.yaml'), { format: 'xstate' }))
  const graph = toDirectedGraph(createMachine(config))
  const undoing = graph.children.find(({ stateNode }) => stateNode.id === 'run--undo')
  const targets = new Set(undoing?.edges.map(({ target }) => target.id))
  assert.equal([...targets].sort(), ['run--cancelled', 'run--failed', 'run--undo'])
  const into = graph.children.flatMap(({ edges }) => edges).filter(({ target }) => target.id === 'run--failed')
  assert.equal([...new Set(into.map(({ source }) => source.id))], ['run--undo'])
  assert.equal(
    undoing?.edges
      .filter(({ source, target }) => source === target)
      .map(({ label }) => label.text)
      .sort(),
    ['BUDGET_EXCEEDED', 'CANCEL'],
  )
})

const findBodies = (value: unknown): JsonObject[] => {
  if (typeof value !== 'object' || value === null) return []
  const { body } = value as { body?: JsonObject }
  return [...(body === undefined ? [] : [body]), ...Object.values(value).flatMap(findBodies)]
}

for (const format of CHART_FORMATS)
  render(`${format} is the same at every call`, async () => {
    const compiled = compileNamed(EVERYTHING)
    assert.is(await renderChart(compiled, { format }), await renderChart(compiled, { format }))
  })

const HOSTILE = `workflow: hostile
description: "</desc><script>alert(1)</script> \\u0001 --> %% \\"; click"
input: { name: string }
steps:
  - id: pick
    switch:
      - when: 'input.name == "</text><script>]]>&quot;\\\\n|end;"'
        next: other
  - id: other
    description: "<!-- -->"
    approve: { title: '" ]; } end %%{init} \`x\` #34; <b>' }
    timeout: 1h
`

render('signs that a notation has a use for stay text', async () => {
  const compiled = compileWorkflow(HOSTILE)
  const svg = await renderSvg(createChart(compiled))
  assert.equal(findOpenTags(svg), [])
  assert.is(svg.includes('<script') || svg.includes('\u0001'), false)
  const mermaid = await renderChart(compiled, { format: 'mermaid' })
  assert.match(mermaid, 'ask: #34; #93;#59; #125; end #37;#37;#123;init#125; #96;x#96; #35;34#59; #60;b#62;')
  const dot = await renderChart(compiled, { format: 'dot' })
  assert.match(dot, 'ask: \\" ]; } end %%{init} `x` #34; <b>')
})

render('mermaid and dot name every node that an arrow names', async () => {
  const compiled = compileNamed(EVERYTHING)
  const mermaid = await renderChart(compiled, { format: 'mermaid' })
  const declared = new Set([...mermaid.matchAll(/^\s+(?:subgraph )?(n\d+\w*)[[({]/gm)].map(([, id]) => id))
  const used = [...mermaid.matchAll(/^ {2}(n\d+\w*) -[-.]+>.* (n\d+\w*)$/gm)].flatMap(([, from, to]) => [from, to])
  assert.ok(used.length > 50)
  assert.equal(
    used.filter((id) => !declared.has(id)),
    [],
  )
  const dot = await renderChart(compiled, { format: 'dot' })
  const clusters = new Set([...dot.matchAll(/subgraph (cluster_\w+)/g)].map(([, id]) => id))
  const ends = [...dot.matchAll(/l(?:head|tail)=(cluster_\w+)/g)].map(([, id]) => id)
  assert.ok(ends.length > 10)
  assert.equal(
    ends.filter((id) => !clusters.has(id)),
    [],
  )
  assert.is(dot.split('{').length, dot.split('}').length)
})

render('what a run did is coloured, and what it never reached is faint', async () => {
  const chart = createChart(compileNamed('examples/06-on-error.yaml'))
  const svg = await renderSvg(chart, new Map([['read', { status: 'failed', visits: 3, ms: 1500, failures: 2 }]]))
  assert.match(svg, /<g class="ran failed" data-id="read">/)
  assert.match(svg, '>3×, 2 failed · 1.5s</text>')
  assert.match(svg, /<g class="unreached" data-id="quote">/)
  const remarks = ['rejected by ann', 'not undone: timeout']
  const other = await renderSvg(
    chart,
    new Map([
      ['read', { status: 'waiting', visits: 1, ms: undefined, failures: 0 }],
      ['quote', { status: 'undone', visits: 1, ms: 20, failures: 0, remarks }],
    ]),
  )
  assert.match(other, /<g class="ran waiting" data-id="read">/)
  assert.match(other, /<g class="ran undone" data-id="quote">/)
  assert.match(other, '>undone · 20ms · rejected by ann · not undone: timeout</text>')
})

render('a failed run has the code at its step, and an end that looks failed', async () => {
  const svg = await renderSvg(
    createChart(compileNamed('examples/06-on-error.yaml')),
    new Map([
      ['read', { status: 'failed', visits: 1, ms: 1500, failures: 1, faults: ['timeout'] }],
      [END_NODE, { status: 'failed', visits: 1, ms: undefined, failures: 0, faults: ['timeout'] }],
    ]),
  )
  assert.match(svg, '>failed: timeout · 1.5s</text>')
  assert.match(svg, /<g class="ran failed"><rect class="marker"[^>]*\/?>.*>failed: timeout<\/text>/)
})

render('a long condition is cut, and its title has the whole', async () => {
  const condition = Array.from({ length: 12 }, (_, index) => `input.name != "name-${index}"`).join(' && ')
  const compiled = compileWorkflow(`
input: { name: string }
steps:
  - { id: one, set: { a: 1 } }
  - { id: two, when: '${condition}', set: { a: 2 } }
  - id: round
    loop: { until: '${condition}', max: 3 }
    do: [{ id: three, set: { a: 3 } }]
`)
  const svg = await renderSvg(createChart(compiled))
  const whole = escapeXml(condition)
  assert.ok(svg.includes(`<title>${whole}</title>`) && svg.includes(`<title>unless ${whole}</title>`))
  for (const [, text = ''] of svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)) assert.ok(text.length < 100, text)
})

render('the picture in the documentation is that of the example', async () => {
  const path = join(REPOSITORY_FOLDER, 'docs/images/sales-report.svg')
  const svg = await renderChart(compileNamed('examples/07-sales-report.yaml'), { format: 'svg' })
  if (process.env.UPDATE_PICTURES === '1') writeFileSync(path, svg)
  assert.ok(
    svg === readFileSync(path, 'utf8'),
    'it is another one now: look at it, and write it with UPDATE_PICTURES=1',
  )
})

render.run()
