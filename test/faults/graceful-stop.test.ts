/** R13: a server that is told to stop begins nothing new, is gone within 10 s, and leaves all so that another goes on with it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEffectServer } from '../support/effect-server.ts'
import { reportFigure } from './figure.ts'
import { inForm } from './form.ts'
import { onStage, type Stage, until } from './stage.ts'

const RUNS = inForm(10, 60)

const WORKFLOW = `workflow: two-steps
input: { url: string, name: string }
steps:
  - { id: one, tool: http.post, with: { url: "\${input.url}/\${input.name}-one" }, key: "run.id + '-one'" }
  - { id: two, tool: http.post, with: { url: "\${input.url}/\${input.name}-two" }, key: "run.id + '-two'" }
output: [steps.one.output.body.name, steps.two.output.body.name]
`

/** Some of the calls end soon, some never. */
const startSlowServer = () => startEffectServer((name) => (name.startsWith('slow') ? Number.POSITIVE_INFINITY : 1_500))

const names = (kind: string): string[] => Array.from({ length: RUNS / 2 }, (_, index) => `${kind}${index}`)

const submitAll = (stage: Stage, { url, kinds }: { url: string; kinds: readonly string[] }): Promise<string[]> => {
  const workflow = stage.compile('two-steps.yaml')
  return Promise.all(kinds.flatMap(names).map((name) => stage.submit(workflow, { url, name })))
}

const test = suite('a server that is told to stop')

test('R13 begins nothing new, exits with 0 within 10 s, and everything can be taken up', async () => {
  const slow = await startSlowServer()
  try {
    await onStage({ 'two-steps.yaml': WORKFLOW }, async (stage) => {
      const server = await stage.serve()
      await submitAll(stage, { url: slow.url, kinds: ['slow', 'fast'] })
      await until('all are in flight', () => slow.seen.length === RUNS)
      const asked = performance.now()
      server.kill('SIGTERM')
      await submitAll(stage, { url: slow.url, kinds: ['late'] })
      const { exitCode } = await server.done
      const tookMs = Math.round(performance.now() - asked)
      const begun = slow.seen.length - RUNS
      const running = await stage.store.listRuns({ status: 'running' })
      const held = running.filter(({ holder }) => holder !== null).length
      await slow.close()
      const resumed = await countResumed(stage)
      reportFigure({
        id: 'R13',
        counts: { runs: RUNS * 1.5, begun_after: begun, exit_code: exitCode ?? -1, took_ms: tookMs, held, resumed },
        isKept: begun === 0 && exitCode === 0 && tookMs <= 10_000 && held === 0 && resumed === RUNS * 1.5,
      })
      assert.is(begun, 0, 'effects that began after the signal')
      assert.is(exitCode, 0)
      assert.ok(tookMs <= 10_000, `took ${tookMs} ms`)
      assert.is(held, 0)
      assert.is(resumed, RUNS * 1.5)
    })
  } finally {
    await slow.close().catch(() => {})
  }
})

/** Counts the runs that another server claims: there they fail at once, since no model answers any more. */
const countResumed = async (stage: Stage): Promise<number> => {
  const { store } = stage
  await stage.serve()
  await until('all runs end', async () => (await store.listRuns({ status: 'running', limit: 1 })).length === 0)
  const runs = await store.listRuns()
  return runs.filter(({ error }) => error?.code === 'unavailable').length
}

test('R13 a second signal ends it at once', async () => {
  const slow = await startSlowServer()
  try {
    await onStage({ 'two-steps.yaml': WORKFLOW }, async (stage) => {
      const server = await stage.serve()
      await submitAll(stage, { url: slow.url, kinds: ['slow'] })
      await until('all are in flight', () => slow.seen.length === RUNS / 2)
      server.kill('SIGTERM')
      await new Promise((resolve) => setTimeout(resolve, 500))
      assert.is(server.child.exitCode, null, 'it was gone before the second signal')
      const asked = performance.now()
      server.kill('SIGTERM')
      const { exitCode } = await server.done
      const tookMs = Math.round(performance.now() - asked)
      reportFigure({
        id: 'R13',
        counts: { second_signal_took_ms: tookMs, exit_code: exitCode ?? -1 },
        isKept: tookMs <= 500,
      })
      assert.is(exitCode, 143)
      assert.ok(tookMs <= 500, `took ${tookMs} ms`)
    })
  } finally {
    await slow.close()
  }
})

test.run()
