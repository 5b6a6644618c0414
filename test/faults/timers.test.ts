/** R6: a timer that is due while no server runs fires once, soon after one starts; a timer that is due while one runs is hardly late. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { reportFigure } from './figure.ts'
import { createDraws, inForm } from './form.ts'
import { onStage, type Stage, until } from './stage.ts'

const WHILE_DOWN = inForm(50, 200)
const WHILE_UP = inForm(200, 1_000)

const WAIT = `workflow: waiting
input: { at: integer }
steps: [{ id: pause, wait: { until: "input.at" } }]
`

interface Fired {
  /** Rows of its timer. */
  count: number
  /** When what follows from it was recorded: epoch milliseconds. */
  at: number
}

const fired = async ({ store, record }: Stage, id: string): Promise<Fired> => {
  const isTimer = ({ kind }: JournalRow): boolean => kind === 'timer'
  const rows = (await store.readJournal(id)).filter(isTimer)
  return { count: rows.length, at: (await record(id)).endedAt ?? Number.NaN }
}

const submitAll = (stage: Stage, deadlines: readonly number[]): Promise<string[]> => {
  const workflow = stage.compile('waiting.yaml')
  return Promise.all(deadlines.map((at) => stage.submit(workflow, { at })))
}

const untilAllEnd = ({ store }: Stage): Promise<number> =>
  until('all runs end', async () => (await store.listRuns({ status: 'running', limit: 1 })).length === 0, {
    everyMs: 100,
  })

const untilAllWait = ({ store }: Stage): Promise<number> =>
  until(
    'all runs wait',
    async () => (await store.listRuns({ status: 'running' })).every(({ phase }) => phase === 'waiting'),
    { everyMs: 100 },
  )

const test = suite('timers')

test('R6 what came due while no server was there happens once, within a second of its start', () =>
  onStage({ 'waiting.yaml': WAIT }, async (stage) => {
    const first = await stage.serve()
    const dueAt = Date.now() + inForm(4_500, 6_000)
    const ids = await submitAll(stage, Array(WHILE_DOWN).fill(dueAt))
    await untilAllWait(stage)
    await stage.kill(first)
    await until('it is due', () => Date.now() > dueAt + 200)
    const second = await stage.serve()
    const startedAt = Date.parse(second.notices()[0]?.time ?? '')
    await untilAllEnd(stage)
    const all = await Promise.all(ids.map((id) => fired(stage, id)))
    const once = all.filter(({ count }) => count === 1).length
    const latestMs = Math.max(...all.map(({ at }) => at - startedAt))
    const isKept = once === WHILE_DOWN && latestMs <= 1_000
    reportFigure({ id: 'R6', counts: { due_while_down: WHILE_DOWN, once, latest_ms_after_start: latestMs }, isKept })
    assert.is(once, WHILE_DOWN)
    assert.ok(latestMs <= 1_000, `the last one came ${latestMs} ms after the start`)
  }))

/** @param spreadMs Over how long the deadlines are spread. */
const measureLateness = async (stage: Stage, spreadMs: number): Promise<{ latestMs: number; once: number }> => {
  const draw = createDraws(`R6 ${spreadMs}`)
  await stage.serve()
  const firstDue = Date.now() + inForm(5_500, 9_000)
  const deadlines = Array.from({ length: WHILE_UP }, () => firstDue + Math.floor(draw() * spreadMs))
  const ids = await submitAll(stage, deadlines)
  await untilAllWait(stage)
  assert.ok(Date.now() < firstDue, 'they were not all waiting before the first was due')
  await untilAllEnd(stage)
  const all = await Promise.all(ids.map((id) => fired(stage, id)))
  const late = all.map(({ at }, index) => at - (deadlines[index] ?? 0))
  assert.ok(Math.min(...late) >= 0, 'one came too early')
  return { latestMs: Math.max(...late), once: all.filter(({ count }) => count === 1).length }
}

const MOST_LATE_MS = 250

for (const spreadMs of [inForm(3_000, 10_000), 1])
  test(`R6 of ${WHILE_UP} that come due within ${spreadMs} ms the last one is at most ${MOST_LATE_MS} ms late`, () =>
    onStage({ 'waiting.yaml': WAIT }, async (stage) => {
      const { latestMs, once } = await measureLateness(stage, spreadMs)
      const isKept = once === WHILE_UP && latestMs <= MOST_LATE_MS
      reportFigure({ id: 'R6', counts: { timers: WHILE_UP, within_ms: spreadMs, once, latest_ms: latestMs }, isKept })
      assert.is(once, WHILE_UP)
      assert.ok(latestMs <= MOST_LATE_MS, `the latest one was ${latestMs} ms late`)
    }))

test.run()
