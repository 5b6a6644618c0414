/** R7: a run has one owner. A server that is stopped for a while (SIGSTOP) loses its runs to another, and writes nothing when it goes on. */
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Store } from '../../src/store/store.ts'
import { startEffectServer } from '../support/effect-server.ts'
import { reportFigure } from './figure.ts'
import { inForm } from './form.ts'
import { type JudgedWrites, judgeWrites } from './judge-writes.ts'
import { onStage, type ServerProcess, type Stage, until } from './stage.ts'

const RUNS = inForm(10, 50)
/** At least until all is taken over. */
const STOPPED_MS = inForm(0, 30_000)

/** Long enough that many effects are in flight when the server stops, and that some are left when it goes on. */
const WORKFLOW = `workflow: long
input: { url: string }
steps:
  - id: many
    loop: { until: "iter.count >= ${inForm(8, 40)}", max: 100 }
    do:
      - { id: call, tool: http.post, with: { url: "\${input.url}/\${run.id}-\${iter.count}" }, key: "run.id + '-' + string(iter.count)", retry: { max: 1000, backoff: 5ms..20ms } }
output: steps.call.output.body.name
`

const test = suite('a stopped server')

test('R7 loses its runs within 15 s, and writes nothing when it goes on', async () => {
  const server = await startEffectServer(() => 1_000)
  try {
    await onStage({ 'long.yaml': WORKFLOW }, async (stage) => {
      const zombie = await stage.serve()
      const workflow = stage.compile('long.yaml')
      const ids = await Promise.all(Array.from({ length: RUNS }, () => stage.submit(workflow, { url: server.url })))
      await server.waitForMore(RUNS * 2)
      await stage.serve()
      zombie.kill('SIGSTOP')
      const stopped = performance.now()
      const isTaken = async (): Promise<boolean> =>
        (await holdersOf(stage.store, ids)).every((pid) => pid !== zombie.pid)
      const takeoverMs = Math.round(await until('all is taken over', isTaken))
      await delay(Math.max(0, STOPPED_MS - (performance.now() - stopped)))
      const before = await stage.store.readJournal(ids[0] ?? '')
      zombie.kill('SIGCONT')
      const givenUpMs = Math.round(await untilGivenUp(zombie))
      const { accepted, doubled } = await judge(stage, { ids, pid: zombie.pid })
      reportFigure({
        id: 'R7',
        counts: {
          runs: RUNS,
          takeover_ms: takeoverMs,
          given_up_ms: givenUpMs,
          zombie_writes_accepted: accepted,
          outcomes_twice: doubled,
        },
        isKept: takeoverMs <= 15_000 && accepted + doubled === 0,
      })
      assert.ok(before.length > 0)
      assert.ok(takeoverMs <= 15_000, `took over after ${takeoverMs} ms`)
      assert.equal({ accepted, doubled }, { accepted: 0, doubled: 0 })
    })
  } finally {
    await server.close()
  }
})

const holdersOf = async (store: Store, ids: readonly string[]): Promise<(number | undefined)[]> =>
  Promise.all(
    ids.map(async (id) => {
      const found = await store.findRun(id)
      return found.kind === 'found' ? found.run.holder?.pid : undefined
    }),
  )

/** It has heard that every run is another's. */
const untilGivenUp = (zombie: ServerProcess): Promise<number> =>
  until('the zombie gives up', () => zombie.notices().filter(({ why }) => why === 'lost').length === RUNS)

/** Judges the journals once all runs have ended. */
const judge = async (
  { store }: Stage,
  { ids, pid }: { ids: readonly string[]; pid: number },
): Promise<JudgedWrites> => {
  const found = { accepted: 0, doubled: 0 }
  await until('all runs end', async () => (await store.listRuns({ status: 'running', limit: 1 })).length === 0, {
    withinMs: 120_000,
    everyMs: 200,
  })
  for (const id of ids) {
    const { accepted, doubled } = judgeWrites(await store.readJournal(id))
    found.accepted += accepted
    found.doubled += doubled
    assert.ok((await holdersOf(store, [id]))[0] !== pid)
  }
  return found
}

test.run()
