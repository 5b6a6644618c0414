/** A server that is told to stop hands its runs over: another has each of them within a second, and no effect is repeated. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEffectServer } from '../support/effect-server.ts'
import { reportFigure } from './figure.ts'
import { inForm } from './form.ts'
import { percentile } from './percentile.ts'
import { onStage, type SaidNotice, until } from './stage.ts'

const RUNS = inForm(40, 200)
const ROUNDS = 30
const MOST_MS = 1_000

const WORKFLOW = `workflow: rounds
input: { url: string, name: string }
steps:
  - id: round
    loop: { max: ${ROUNDS}, until: "iter.count >= ${ROUNDS}" }
    do:
      - { id: call, tool: http.post, with: { url: "\${input.url}/\${input.name}-\${iter.count}" }, key: "run.id + '-' + string(iter.count)" }
`

const timesOf = (notices: readonly SaidNotice[], type: string): Map<string, number> =>
  new Map(notices.flatMap((one) => (one.type === type && one.run ? [[one.run, Date.parse(one.time)]] : [])))

const test = suite('hand-over')

test('R13 the runs of a server that is told to stop are held by another within a second', async () => {
  const effects = await startEffectServer(() => 100)
  try {
    await onStage({ 'rounds.yaml': WORKFLOW }, async (stage) => {
      const leaving = await stage.serve()
      const workflow = stage.compile('rounds.yaml')
      const names = Array.from({ length: RUNS }, (_, index) => `run${index}`)
      await Promise.all(names.map((name) => stage.submit(workflow, { url: effects.url, name })))
      await until('all runs are held', () => timesOf(leaving.notices(), 'run.taken').size === RUNS)
      const staying = await stage.serve()
      leaving.kill('SIGTERM')
      await leaving.done
      await until(
        'all runs end',
        async () => (await stage.store.listRuns({ status: 'running', limit: 1 })).length === 0,
      )
      const [left, taken] = [timesOf(leaving.notices(), 'run.left'), timesOf(staying.notices(), 'run.taken')]
      const gaps = [...left].map(([run, at]) => (taken.get(run) ?? Number.POSITIVE_INFINITY) - at).sort((a, b) => a - b)
      const p99 = percentile(gaps, 0.99)
      const repeated = effects.seen.length - new Set(effects.seen.map(({ name }) => name)).size
      const completed = (await stage.store.listRuns({ status: 'completed' })).length
      const counts = {
        runs: RUNS,
        handed_over: gaps.length,
        p50_ms: percentile(gaps, 0.5),
        p99_ms: p99,
        repeated,
        completed,
      }
      reportFigure({ id: 'R13', counts, isKept: p99 <= MOST_MS && repeated === 0 && completed === RUNS })
      assert.ok(gaps.length > 0, 'no run was left')
      assert.is(repeated, 0)
      assert.is(completed, RUNS)
      assert.ok(p99 <= MOST_MS, `p99 was ${p99} ms`)
    })
  } finally {
    await effects.close().catch(() => {})
  }
})

test.run()
