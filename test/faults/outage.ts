/** An outage of the database in the middle of runs: they pause, and go on by themselves soon after it; nothing is lost or done again. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import type { EffectServer } from '../support/effect-server.ts'
import { reportFigure } from './figure.ts'
import { inForm } from './form.ts'
import { judgeEffects } from './judge-effects.ts'
import { type ServerProcess, type Stage, until } from './stage.ts'

const RUNS = inForm(10, 50)
const ITERATIONS = inForm(50, 150)
const BROKEN_MS = inForm(2_000, 10_000)

/** Many effects, one after the other. */
export const POLLING = `workflow: polling
input: { url: string }
steps:
  - id: many
    loop: { until: "iter.count >= ${ITERATIONS}", max: 1000 }
    do:
      - id: call
        tool: http.post
        with: { url: "\${input.url}/\${run.id}:\${iter.count}", json: { much: "${'x'.repeat(2_000)}" } }
        key: "run.id + string(iter.count)"
        retry: { max: 1000, backoff: 5ms..20ms }
output: steps.call.output.body.name
`

export interface Outage {
  name: string
  /** Runs must have paused. */
  pauses: boolean
  /** How long it lasts. Default: BROKEN_MS */
  lastsMs?: number
  begin(database: string): void | Promise<void>
  end(database: string): void | Promise<void>
}

/** Runs workflows POLLING on the stage, with an outage in between. */
export const playOutage = async (
  stage: Stage,
  { outage, server }: { outage: Outage; server: EffectServer },
): Promise<void> => {
  const { store, database } = stage
  const serving = await stage.serve()
  const workflow = stage.compile('polling.yaml')
  const ids = await Promise.all(Array.from({ length: RUNS }, () => stage.submit(workflow, { url: server.url })))
  await server.waitForMore(RUNS * 5)
  const held = await holdUp(outage, { database, serving })
  const seen = server.seen.length
  const resumedMs = Math.round(await until('effects go on', () => server.seen.length >= seen + RUNS))
  await until('all runs end', async () => (await store.listRuns({ status: 'running', limit: 1 })).length === 0, {
    withinMs: 120_000,
    everyMs: 200,
  })
  const outputs = await Promise.all(ids.map(async (id) => [id, (await stage.record(id)).output]))
  const lost = outputs.filter(([id, output]) => output !== `${id}:${ITERATIONS}`).length
  const { repeated } = await judgeEffects(store, { ids, seen: server.seen })
  const intact = await stage.isIntact()
  reportFigure({
    id: 'R12',
    db: database.startsWith('postgres:') ? 'postgres' : 'sqlite',
    counts: { [outage.name.replaceAll(' ', '_')]: 1, runs: RUNS, held, went_on_after_ms: resumedMs, lost, repeated },
    isKept: lost + repeated === 0 && resumedMs <= 5_000 && intact && (!outage.pauses || held === RUNS),
  })
  assert.equal({ lost, repeated, intact }, { lost: 0, repeated: 0, intact: true })
  assert.ok(resumedMs <= 5_000, `went on after ${resumedMs} ms`)
  if (outage.pauses) assert.is(held, RUNS, 'runs that said that they were held')
}

/** How many runs said that they were held. */
const holdUp = async (
  outage: Outage,
  { database, serving }: { database: string; serving: ServerProcess },
): Promise<number> => {
  const countHeld = (): number =>
    new Set(serving.notices().flatMap(({ type, run }) => (type === 'run.held' ? [run] : []))).size
  await outage.begin(database)
  try {
    if (outage.pauses) await until('all runs are held', () => countHeld() === RUNS)
    await delay(outage.lastsMs ?? BROKEN_MS)
    assert.is(serving.child.exitCode, null, serving.output().stderr)
    return countHeld()
  } finally {
    await outage.end(database)
  }
}

/** Fills the disk that the file is on, until nothing more fits. */
export const fillDisk = (path: string): void => {
  const file = openSync(path, 'w')
  for (const size of [1 << 20, 1 << 12]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size))
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown
    }
  }
  closeSync(file)
}
