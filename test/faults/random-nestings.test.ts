/**
 * Random nestings of all blocks, with people who decide, events, undoing and child runs, under random deaths and cancels: each ends as the
 * undisturbed run does. What comes from outside depends on what the run waits for alone, so that both meet the same world.
 */
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import { FINALLY } from '../../src/core/machine-ends.ts'
import { isEventRow, type JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { type DrivenEnd, type DrivenOptions, driveRun } from '../support/driven-run.ts'
import { createStartCheck } from '../support/journal-checks.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { compileBoth, nextMessage } from '../support/random-outside.ts'
import { randomWorkflow } from '../support/random-workflow.ts'
import { decideBySeed, drawFrom, ScriptedWorld } from '../support/scripted-world.ts'
import type { WriteFate } from '../support/watched-store.ts'
import { reportFigure } from './figure.ts'
import { inForm, SEED } from './form.ts'

const WORKFLOWS = inForm(200, 4_000)

interface Told {
  ends: DrivenEnd
  problems: string[]
  emitted: string[]
  open: number
  messages: number
}

const play = async (compiled: CompiledWorkflow, seed: number, options: Partial<DrivenOptions> = {}): Promise<Told> => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const check = createStartCheck(compiled, store)
  const decide = decideBySeed(seed)
  const world = new ScriptedWorld({
    decide: (id) => (id.startsWith('run--undo') ? { output: { text: 'undone' } } : decide(id, 0)),
    onPerform: (id, runId) => runId.startsWith('r-') && check.onPerform(id, runId),
  })
  let messages = 0
  const ends = await driveRun({
    compiled,
    world,
    clock,
    store,
    async onQuiet({ run }) {
      const message = await nextMessage(run, { store, seed })
      if (message === undefined) return false
      messages++
      // In the inbox first: a process that dies before it has taken it up leaves it to the next.
      await store.post(run.id, message)
      run.receive(message)
      return true
    },
    ...options,
  })
  const emitted = (await store.listEvents()).map(({ type, data }) => JSON.stringify([type, data])).sort()
  const open = (await store.listApprovals()).length
  return { ends, problems: await check.finish(), emitted, open, messages }
}

const FATES = ['lose', 'keep'] as const satisfies WriteFate[]

const describeEnd = ({ ends: { record, rows }, emitted, open }: Told) =>
  JSON.parse(
    JSON.stringify({
      status: record.status,
      output: record.output,
      error: record.error,
      endedAt: record.endedAt,
      events: rows
        .filter((row) => row.kind === 'created' || isEventRow(row))
        .map(({ kind, path, visit }) => `${kind} ${path}#${visit}`),
      emitted,
      open,
    }).replaceAll(/[rc]-[0-9a-z]{10,}(-[0-9a-z]{6})?/g, 'RUN'),
  )

const test = suite('random nestings of all blocks')

const isFinallyBound = ({ kind, path }: JournalRow): boolean => kind === 'timer' && path === FINALLY

/** The first step of `finally` has one outcome, unless a cancel came in between. */
const assertPerformedOnce = ({ ends: { rows } }: Told): void => {
  const count = rows.filter(({ kind, path }) => kind === 'outcome' && path === 'last').length
  const isCancelled = rows.some((row) => row.kind === 'finally' && 'is_cancelled' in row.data)
  assert.ok(count === 1 || (isCancelled && count === 0), `${count} outcomes`)
  assert.is(rows.filter((row) => row.kind === 'finally' && 'status' in row.data).length, 1)
}

test('finally is performed once after each end, wherever the process dies', async () => {
  const counts = { workflows: 0, deaths: 0, completed: 0, failed: 0, cancelled: 0, cut: 0 }
  await fc.assert(
    fc.asyncProperty(
      randomWorkflow({ attempts: false, outside: true, final: true }),
      randomWorkflow({ attempts: false, prefix: 'k', final: true }).map((text) => text.replaceAll('last', 'k_last')),
      fc.nat(),
      async (parent, child, seed) => {
        const compiled = compileBoth(parent, child)
        const undisturbed = await play(compiled, seed)
        assert.equal(undisturbed.problems, [])
        assertPerformedOnce(undisturbed)
        const { writes } = undisturbed.ends
        const cuts = [0, 1].map((which) => 1 + Math.floor(drawFrom(seed, which) * writes))
        const disturbed = await play(compiled, seed, {
          judge: (nth) => (cuts.includes(nth) ? (FATES[Math.floor(drawFrom(seed, nth) * 2)] ?? 'lose') : 'pass'),
        })
        assert.equal(disturbed.problems, [])
        assertPerformedOnce(disturbed)
        // A process that takes over gives the steps of finally their whole time again.
        const isInTime = ![undisturbed, disturbed].some(({ ends }) => ends.rows.some(isFinallyBound))
        if (isInTime) assert.equal(describeEnd(disturbed), describeEnd(undisturbed))
        counts.workflows++
        counts.deaths += disturbed.ends.processes - 1
        const { status } = disturbed.ends.record
        if (status !== 'running') counts[status]++
        counts.cut += Number(disturbed.ends.rows.some((row) => row.kind === 'finally' && !('status' in row.data)))
      },
    ),
    { numRuns: inForm(150, 3_000), seed: SEED, includeErrorInReport: true },
  )
  reportFigure({ id: 'R4', counts, isKept: counts.workflows === inForm(150, 3_000) })
  assert.ok(
    Object.values(counts).every((count) => count > 0),
    JSON.stringify(counts),
  )
})

test('R4, R5 end under random deaths as they do undisturbed', async () => {
  const counts = { workflows: 0, deaths: 0, messages: 0, cancelled: 0, undone: 0, children: 0, equal: 0 }
  const shares: number[] = []
  await fc.assert(
    fc.asyncProperty(
      randomWorkflow({ attempts: false, outside: true }),
      randomWorkflow({ attempts: false, prefix: 'k' }),
      fc.nat(),
      async (parent, child, seed) => {
        const compiled = compileBoth(parent, child)
        const undisturbed = await play(compiled, seed)
        assert.equal(undisturbed.problems, [])
        const { writes } = undisturbed.ends
        // A third death in one step would be one too many: it is given up then.
        const cuts = [0, 1].map((which) => 1 + Math.floor(drawFrom(seed, which) * writes))
        const disturbed = await play(compiled, seed, {
          judge: (nth) => (cuts.includes(nth) ? (FATES[Math.floor(drawFrom(seed, nth) * 2)] ?? 'lose') : 'pass'),
        })
        assert.equal(disturbed.problems, [])
        assert.equal(describeEnd(disturbed), describeEnd(undisturbed))
        assert.is(disturbed.open, 0, 'what was asked is asked no longer')
        shares.push(...new Set(cuts.map((cut) => (cut - 1) / writes)))
        counts.workflows++
        counts.equal++
        counts.deaths += disturbed.ends.processes - 1
        counts.messages += disturbed.messages
        counts.cancelled += Number(disturbed.ends.record.status === 'cancelled')
        counts.undone += disturbed.ends.rows.filter(
          ({ path, kind }) => kind === 'outcome' && path.startsWith('run--undo'),
        ).length
        counts.children += Number(parent.includes('./child.yaml'))
      },
    ),
    { numRuns: WORKFLOWS, seed: SEED, includeErrorInReport: true },
  )
  reportFigure({ id: 'R4', counts, isKept: counts.equal === WORKFLOWS, shares })
  assert.ok(counts.messages > 0 && counts.cancelled > 0 && counts.children > 0, JSON.stringify(counts))
})

test.run()
