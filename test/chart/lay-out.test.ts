import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunActivity } from '../../src/chart/activity.ts'
import { walkNodes } from '../../src/chart/chart.ts'
import { createChart } from '../../src/chart/create-chart.ts'
import { layOutChart } from '../../src/chart/lay-out.ts'
import { walkPlaced } from '../../src/chart/placed-chart.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { randomWorkflow } from '../support/random-workflow.ts'
import { compileNamed, WORKFLOW_FILES } from './charts.ts'
import { inspect, NOTHING_WRONG } from './geometry.ts'

const layOut = suite('lay out')

for (const file of WORKFLOW_FILES) {
  layOut(`in ${file} nothing overlaps, leaves its box or is cut`, async () => {
    assert.equal(inspect(await layOutChart(createChart(compileNamed(file)))), NOTHING_WRONG)
  })
  layOut(`with what a run did, ${file} has room for it`, async () => {
    const chart = createChart(compileNamed(file))
    const activity: RunActivity = new Map(
      walkNodes(chart.nodes).map(({ path }) => [
        path,
        { status: 'completed', visits: 100_000, ms: 7_199_000, failures: 12_345 },
      ]),
    )
    assert.equal(inspect(await layOutChart(chart, activity)), NOTHING_WRONG)
  })
}

layOut('the same chart is laid out the same way', async () => {
  const chart = createChart(compileNamed('test/fixtures/charts/everything.yaml'))
  assert.equal(await layOutChart(chart), await layOutChart(chart))
})

layOut('steps stand in the order of the file, branches from left to right', async () => {
  const placed = await layOutChart(createChart(compileNamed('test/fixtures/charts/everything.yaml')))
  const crowd = walkPlaced(placed.nodes).find(({ node }) => node.id === 'crowd')
  const branches = [...(crowd?.children ?? [])].sort((a, b) => a.x - b.x).map(({ node }) => node.title)
  assert.equal(branches, ['one', 'two', 'three'])
  const loop = walkPlaced(placed.nodes).find(({ node }) => node.id === 'outer')
  const inside = [...(loop?.children ?? [])].sort((a, b) => a.y - b.y).map(({ node }) => node.id)
  assert.equal(inside, ['items', 'outer--repeat'])
})

layOut('a step may jump to itself, and out of blocks to the block around it', async () => {
  const compiled = compileWorkflow(`
input: { n: integer }
steps:
  - id: again
    max_visits: 3
    set: { n: input.n }
    on_error: again
  - id: around
    max_visits: 3
    do:
      - id: inner
        do:
          - { id: before, set: { n: input.n } }
          - id: innermost
            switch:
              - when: input.n > 1
                next: around
              - when: input.n > 0
                next: again
          - { id: last, set: { n: input.n } }
    on_error: again
`)
  assert.equal(inspect(await layOutChart(createChart(compiled))), NOTHING_WRONG)
})

layOut('whatever is nested in whatever, nothing overlaps, leaves its box or is cut', async () => {
  const property = fc.asyncProperty(randomWorkflow({ final: true }), async (yaml) => {
    assert.equal(inspect(await layOutChart(createChart(compileWorkflow(yaml)))), NOTHING_WRONG)
  })
  await fc.assert(property, { numRuns: Number(process.env.RUNS ?? 25), endOnFailure: true })
})

layOut('a hundred steps in a line, and sixteen branches, have their places', async () => {
  const line = Array.from({ length: 100 }, (_, index) => `  - { id: step_${index}, set: { n: "${index}" } }`)
  const branches = Array.from(
    { length: 16 },
    (_, index) => `      b${index}:\n        - { id: in_${index}, set: { n: "1" } }`,
  )
  const yaml = `steps:\n${line.join('\n')}\n  - id: wide\n    parallel:\n${branches.join('\n')}\n`
  assert.equal(inspect(await layOutChart(createChart(compileWorkflow(yaml)))), NOTHING_WRONG)
})

layOut.run()
