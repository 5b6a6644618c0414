/**
 * R14: three servers on one Postgres take submissions over HTTP while one after the other is killed, drained or frozen and Postgres is
 * restarted again and again. Each run ends as an undisturbed one, performs nothing that is recorded a second time, and is soon held by
 * another server.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LEASE_MS } from '../../src/store/store.ts'
import { type EffectServer, startEffectServer } from '../support/effect-server.ts'
import { onPostgres, startPostgres } from '../support/postgres-server.ts'
import { applyEffects, EFFECTS_PROJECT } from './effects-project.ts'
import { reportFigure } from './figure.ts'
import { type Fleet, type Loss, type Outage, startFleet, type Takeovers } from './fleet.ts'
import { createDraws, inForm } from './form.ts'
import { createSubmitter, type HttpSubmitter } from './http-submitter.ts'
import { areKept, judgeRuns } from './judge-runs.ts'
import { percentile } from './percentile.ts'
import { onStage, type Stage, until, untilAllEnd } from './stage.ts'

const SERVERS = 3
const SUBMISSIONS = inForm(100, 1_000)
const LOSSES = inForm(5, 20)
const LOSS_EVERY_MS = inForm(2_000, 5_000)
const RESTARTS = inForm(2, 10)
const RESTART_EVERY_MS = inForm(4_000, 10_000)

/** None is frozen just after a drain: it could have claimed what was left. */
const WAYS: readonly Loss[] = ['drain', 'kill', 'drain', 'kill', 'freeze']

/** In the short form servers are lost before they are warm: times are printed, and judged in the whole form alone. */
const JUDGES_TIMES = inForm(false, true)
const MOST_DRAINED_MS = 1_000
const MOST_KILLED_MS = LEASE_MS + 2_000
/** As for every run that an outage of the database holds up. */
const MOST_RETURNED_MS = 5_000

interface Setting {
  draw: () => number
  effects: EffectServer
}

const test = suite('a fleet on Postgres')

onPostgres(test)('R14 loses servers and the database again and again, and no run', async () => {
  const draw = createDraws('R14')
  const effects = await startEffectServer(() => 100 + draw() * 300)
  const address = { kind: 'postgres', url: await (await startPostgres()).createDatabase() } as const
  try {
    await onStage(EFFECTS_PROJECT, (stage) => play(stage, { draw, effects }), { address })
  } finally {
    await effects.close()
  }
})

const play = async (stage: Stage, { draw, effects }: Setting): Promise<void> => {
  await applyEffects(stage)
  const fleet = await startFleet(stage, SERVERS)
  const submitter = createSubmitter(() => fleet.pick(draw()), { workflow: 'effects', input: { url: effects.url } })
  const [ids, outages] = await Promise.all([submitAndLose(submitter, { fleet, draw }), restartPostgres(draw)])
  await fleet.settle()
  await untilAllEnd(stage)
  const judged = await judgeRuns(stage.store, { ids, seen: effects.seen })
  const { counts: takeovers, isSoon } = judgeTakeovers(fleet.takeovers(outages))
  const unexpected = submitter.unexpected()
  const isKept = areKept(judged, SUBMISSIONS) && unexpected.length === 0 && (isSoon || !JUDGES_TIMES)
  const counts = {
    submissions: SUBMISSIONS,
    losses: LOSSES,
    restarts: RESTARTS,
    ...judged,
    ...takeovers,
    unexpected_answers: unexpected.length,
    asked_again: submitter.askedAgain(),
    failed_starts: fleet.failedStarts(),
  }
  reportFigure({ id: 'R14', db: 'postgres', counts, isKept })
  assert.ok(areKept(judged, SUBMISSIONS), JSON.stringify(judged))
  assert.equal(unexpected, [])
  if (JUDGES_TIMES) assert.ok(isSoon, JSON.stringify(takeovers))
}

/** Loses a server at the end of each part of the submissions. Returns the ids of all runs. */
const submitAndLose = async (
  submitter: HttpSubmitter,
  { fleet, draw }: { fleet: Fleet; draw: () => number },
): Promise<string[]> => {
  const accepted: Promise<string[]>[] = []
  const replaced: Promise<void>[] = []
  const part = SUBMISSIONS / LOSSES
  for (let count = 0; count < LOSSES; count++) {
    // Where processes begin slowly, all of them would be lost.
    await until('two servers are there', () => fleet.live() > 1)
    accepted.push(submitter.submitEvenly({ from: count * part, to: (count + 1) * part }, LOSS_EVERY_MS))
    await delay(LOSS_EVERY_MS)
    replaced.push(fleet.lose(WAYS[count % WAYS.length] ?? 'kill', { draw: draw() }))
  }
  await Promise.all(replaced)
  return (await Promise.all(accepted)).flat()
}

/** Half of the restarts are as after a crash. Returns the times between. */
const restartPostgres = async (draw: () => number): Promise<Outage[]> => {
  const outages: Outage[] = []
  const server = await startPostgres()
  for (let count = 0; count < RESTARTS; count++) {
    const begun = performance.now()
    await delay(RESTART_EVERY_MS * draw() * 0.9)
    const from = Date.now()
    await server.stop(count % 2 === 0 ? 'fast' : 'immediate')
    await server.start()
    outages.push({ from, to: Date.now() })
    await delay(Math.max(0, RESTART_EVERY_MS - (performance.now() - begun)))
  }
  return outages
}

const judgeTakeovers = ({
  drain,
  kill,
  freeze,
  returned,
}: Takeovers): { counts: Record<string, number>; isSoon: boolean } => {
  const [drainedMs, returnedMs] = [percentile(drain, 0.99), percentile(returned, 1)]
  const [killedMs, frozenMs] = [percentile(kill, 1), percentile(freeze, 1)]
  return {
    counts: {
      drained: drain.length,
      drained_p99_ms: drainedMs,
      drained_in_outage: returned.length,
      returned_most_ms: returnedMs,
      killed: kill.length,
      killed_most_ms: killedMs,
      frozen: freeze.length,
      frozen_most_ms: frozenMs,
    },
    isSoon:
      drainedMs <= MOST_DRAINED_MS && returnedMs <= MOST_RETURNED_MS && Math.max(killedMs, frozenMs) <= MOST_KILLED_MS,
  }
}

test.run()
