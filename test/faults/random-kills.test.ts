/**
 * R3, R4: runs on two servers that are killed at random moments perform nothing that is recorded a second time, and end as undisturbed
 * ones. A server outside counts what they do, and when; the journals tell what was recorded, and when.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEffectServer } from '../support/effect-server.ts'
import { EFFECTS_OF_A_RUN, EFFECTS_PROJECT, isAsUndisturbed } from './effects-project.ts'
import { reportFigure } from './figure.ts'
import { createDraws, inForm } from './form.ts'
import { judgeEffects } from './judge-effects.ts'
import { onStage, type ServerProcess, type Stage, until } from './stage.ts'

const RUNS = inForm(60, 1_000)
const KILLS = inForm(10, 120)
const AT_ONCE = 8

const test = suite('runs whose servers are killed')

test('R3, R4: perform nothing recorded again, and end as undisturbed', async () => {
  const draw = createDraws('R3')
  const server = await startEffectServer(() => 20 + draw() * 100)
  try {
    await onStage(EFFECTS_PROJECT, async (stage) => {
      const shares: number[] = []
      const servers = [await stage.serve(), await stage.serve()]
      let kills = 0
      const feeding = feed(stage, server.url, () => (RUNS * (kills + 1)) / KILLS)
      for (let kill = 0; kill < KILLS; kill++) {
        const due = ((kill + draw()) / KILLS) * RUNS * EFFECTS_OF_A_RUN * 0.95
        await until('effects go on', () => server.seen.length >= due, { everyMs: 1 })
        shares.push(Math.min(1, server.seen.length / (RUNS * EFFECTS_OF_A_RUN)))
        kills++
        await replace(servers, Math.floor(draw() * servers.length), stage)
      }
      const ids = await feeding
      const running = async (): Promise<number> => (await stage.store.listRuns({ status: 'running' })).length
      await until('all runs end', async () => (await running()) === 0, { everyMs: 100, withinMs: 120_000 })
      const { repeated, again, tooOften, keysChanged } = await judgeEffects(stage.store, { ids, seen: server.seen })
      const outputs = await Promise.all(ids.map(async (id) => (await stage.record(id)).output))
      const equal = outputs.filter(isAsUndisturbed).length
      reportFigure({
        id: 'R3',
        counts: {
          runs: RUNS,
          kills: KILLS,
          effects: server.seen.length,
          recorded_again: repeated,
          in_flight_again: again,
          more_than_once_a_kill: tooOften,
          keys_changed: keysChanged,
        },
        isKept: repeated + tooOften + keysChanged === 0,
        shares,
      })
      reportFigure({ id: 'R4', counts: { runs: RUNS, as_undisturbed: equal }, isKept: equal === RUNS })
      assert.equal({ repeated, tooOften, keysChanged }, { repeated: 0, tooOften: 0, keysChanged: 0 })
      assert.is(equal, RUNS)
      assert.ok(again > 0, 'no kill fell on an effect in flight')
    })
  } finally {
    await server.close()
  }
})

/** Submits one run after the other, so that some are always going on, and no faster than servers are killed. */
const feed = async (stage: Stage, url: string, most: () => number): Promise<string[]> => {
  const workflow = stage.compile('effects.yaml')
  const ids: string[] = []
  while (ids.length < RUNS) {
    await until('kills keep up', () => ids.length < most())
    ids.push(await stage.submit(workflow, { url }))
    const open = async (): Promise<number> => (await stage.store.listRuns({ status: 'running' })).length
    if (ids.length % 2 === 0) await until('there is room', async () => (await open()) < AT_ONCE)
  }
  return ids
}

const replace = async (servers: ServerProcess[], which: number, stage: Stage): Promise<void> => {
  const killed = servers[which]
  if (killed === undefined) throw new Error('no server to kill')
  await stage.kill(killed)
  servers[which] = await stage.serve()
}

test.run()
