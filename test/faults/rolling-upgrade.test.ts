/**
 * R14: while runs are submitted over HTTP, the servers of one Postgres are replaced one by one by those of a later release, which migrates
 * the schema. A server of the old release even begins again on the newer schema. No run fails, and the old servers leave those to
 * the new ones that only these can read.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type EffectServer, startEffectServer } from '../support/effect-server.ts'
import { execute, onPostgres, startPostgres } from '../support/postgres-server.ts'
import { createTempFolder } from '../support/temp-folder.ts'
import { applyEffects, EFFECTS_PROJECT } from './effects-project.ts'
import { reportFigure } from './figure.ts'
import { type Fleet, type Loss, startFleet } from './fleet.ts'
import { createDraws, inForm } from './form.ts'
import { createSubmitter, type HttpSubmitter } from './http-submitter.ts'
import { areKept, judgeRuns } from './judge-runs.ts'
import { buildLaterRelease, EXTRA_COLUMN } from './later-release.ts'
import { onStage, type Stage, untilAllEnd } from './stage.ts'

const SERVERS = 3
const SUBMISSIONS = inForm(80, 600)
const STEP_MS = inForm(1_500, 10_000)

interface Step {
  server: number
  how: Loss
  becomes: 'old' | 'new'
}

/** The first migrates; then one of the old servers crashes, and begins again beside it. */
const STEPS: readonly Step[] = [
  { server: 0, how: 'drain', becomes: 'new' },
  { server: 2, how: 'kill', becomes: 'old' },
  { server: 1, how: 'drain', becomes: 'new' },
  { server: 2, how: 'drain', becomes: 'new' },
]

const test = suite('a rolling upgrade')

onPostgres(test)('R14 no run fails while servers of two releases share a database', async () => {
  const draw = createDraws('upgrade')
  const later = await buildLaterRelease(createTempFolder())
  const effects = await startEffectServer(() => 50 + draw() * 150)
  const address = { kind: 'postgres', url: await (await startPostgres()).createDatabase() } as const
  try {
    await onStage(EFFECTS_PROJECT, (stage) => play(stage, { later, effects, draw }), { address })
  } finally {
    await effects.close()
  }
})

const play = async (
  stage: Stage,
  { later, effects, draw }: { later: string; effects: EffectServer; draw: () => number },
): Promise<void> => {
  await applyEffects(stage)
  const fleet = await startFleet(stage, SERVERS)
  const submitter = createSubmitter(() => fleet.pick(draw()), { workflow: 'effects', input: { url: effects.url } })
  const ids = await submitAndUpgrade(submitter, { fleet, later })
  await fleet.settle()
  await untilAllEnd(stage)
  const judged = await judgeRuns(stage.store, { ids, seen: effects.seen })
  const failed = (await stage.store.listRuns({ status: 'failed' })).length
  const unexpected = submitter.unexpected()
  const counts = {
    submissions: SUBMISSIONS,
    failed,
    ...judged,
    unexpected_answers: unexpected.length,
    asked_again: submitter.askedAgain(),
    left_to_newer: fleet.notices().filter(({ type, error }) => type === 'problem' && error?.code === 'too_new').length,
  }
  const isKept = failed === 0 && areKept(judged, SUBMISSIONS) && unexpected.length === 0
  reportFigure({ id: 'R14', db: 'postgres', counts: { upgrade: 1, ...counts }, isKept })
  assert.is(failed, 0)
  assert.ok(areKept(judged, SUBMISSIONS), JSON.stringify(judged))
  assert.equal(unexpected, [])
  assert.is(fleet.failedStarts(), 0, 'an old server began on the newer schema')
  await execute(stage.database, `select ${EXTRA_COLUMN} from run`)
}

/** Submits a part of the runs to each mixture of servers. Returns the ids of all. */
const submitAndUpgrade = async (
  submitter: HttpSubmitter,
  { fleet, later }: { fleet: Fleet; later: string },
): Promise<string[]> => {
  const accepted: Promise<string[]>[] = []
  const part = SUBMISSIONS / (STEPS.length + 1)
  for (const [count, step] of [...STEPS, undefined].entries()) {
    accepted.push(submitter.submitEvenly({ from: count * part, to: (count + 1) * part }, STEP_MS))
    await delay(STEP_MS)
    if (step === undefined) continue
    const { server, how, becomes } = step
    await fleet.lose(how, { draw: (server + 0.5) / SERVERS, ...(becomes === 'new' && { cli: later }) })
  }
  return (await Promise.all(accepted)).flat()
}

test.run()
