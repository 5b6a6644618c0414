import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CompiledWorkflow } from '../../../src/compiler/compile.ts'
import { Fault, isFault } from '../../../src/core/fault.ts'
import { toDefinition, toNewRun } from '../../../src/runtime/new-run.ts'
import { SecretVault } from '../../../src/secrets/secret-vault.ts'
import { toSchedules } from '../../../src/service/schedules/to-schedules.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { Scheduler } from '../../../src/triggers/schedule/scheduler.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

const START = Date.UTC(2026, 0, 1, 8, 30)

const compileReport = (trigger: string): CompiledWorkflow =>
  compileWorkflow(`workflow: report
input: { at: string }
triggers:
  - { ${trigger}, input: { at: event.at } }
steps: [{ id: a, set: { n: 1 } }]
`)

const REPORT = compileReport(`schedule: "0 * * * *", when: "!event.at.contains('T10')", missed: all`)

interface Scheduled {
  store: Store
  clock: ManualClock
  /** One more host. */
  boot(options?: HostOptions): Scheduler
  problems: unknown[]
  skipped: number[]
  runs(): Promise<string[]>
}

interface HostOptions {
  /** Number of slots behind which the schedule advances; the process dies before it advances once more. */
  dies?: number
  rejects?: (key: string) => boolean
  /** Milliseconds that the submission for this slot takes. */
  takes?: (key: string) => number
}

const schedule = async (workflow = REPORT): Promise<Scheduled> => {
  const clock = createManualClock(START)
  const store = createMemoryStore({ now: () => clock.now() })
  await store.saveDefinition(toDefinition(workflow))
  await store.replaceSchedules('report', toSchedules(workflow, START))
  const problems: unknown[] = []
  const skipped: number[] = []
  return {
    store,
    clock,
    problems,
    skipped,
    boot({ dies = Number.POSITIVE_INFINITY, rejects = () => false, takes = () => 0 } = {}) {
      let advances = 0
      const seen = new Proxy(store, {
        get(target, name: keyof Store) {
          const member = target[name]
          if (name === 'advanceSchedule' && advances++ >= dies) return () => new Promise(() => {})
          return typeof member === 'function' ? member.bind(target) : member
        },
      })
      const scheduler = new Scheduler({
        store: seen,
        clock,
        onProblem: ({ cause }) => problems.push(cause),
        onSkipped: ({ count }) => skipped.push(count),
        open: async () => {
          const [trigger] = workflow.schedules
          if (trigger === undefined) throw new Error('no trigger')
          return {
            trigger,
            env: {},
            async submit({ key, input, schedule: of }) {
              if (rejects(key)) throw new Fault('conflict', 'its flow rejects it')
              const pause = takes(key)
              if (pause > 0) await new Promise<void>((resolve) => clock.wakeAt(clock.now() + pause, resolve))
              const at = clock.now()
              const wanted = { id: `r-${Math.random()}`, at, input, key, origin: { kind: 'schedule', of } as const }
              await store.submit(toNewRun(workflow, wanted, new SecretVault()))
            },
          }
        },
      })
      scheduler.start()
      return scheduler
    },
    runs: async () => (await store.listRuns()).map(({ key }) => key ?? '').sort(),
  }
}

const passHours = async (clock: ManualClock, hours: number): Promise<void> => {
  for (let minute = 0; minute < hours * 60; minute++) {
    await clock.advance(60_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const test = suite('a scheduler')

const KEYS = ['report/1@2026-01-01T09:00:00.000Z', 'report/1@2026-01-01T11:00:00.000Z']

test('begins a run for each slot that counts', async () => {
  const { clock, boot, runs, problems } = await schedule()
  boot()
  await passHours(clock, 3)
  assert.equal(problems, [])
  assert.equal(await runs(), KEYS)
})

test('two hosts begin one run a slot', async () => {
  const { clock, boot, runs } = await schedule()
  boot()
  boot()
  await passHours(clock, 3)
  assert.equal(await runs(), KEYS)
})

test('a host that dies after it has submitted leaves the slot to the next, and the run counts once', async () => {
  const { clock, boot, runs } = await schedule()
  boot({ dies: 0 })
  await passHours(clock, 1)
  assert.equal(await runs(), KEYS.slice(0, 1))
  boot()
  await passHours(clock, 2)
  assert.equal(await runs(), KEYS)
})

test('a slot that the flow rejects is told and over; the others that were missed are taken', async () => {
  const { clock, boot, runs, problems } = await schedule()
  await passHours(clock, 3)
  boot({ rejects: (key) => key === KEYS[0] })
  await passHours(clock, 1)
  assert.equal(
    problems.map((cause) => isFault(cause) && cause.code),
    ['conflict'],
  )
  assert.equal(await runs(), [...KEYS.slice(1), 'report/1@2026-01-01T12:00:00.000Z'])
})

test('a paused schedule begins nothing', async () => {
  const { store, clock, boot, runs } = await schedule()
  await store.pauseSchedule('report/1', true)
  boot()
  await passHours(clock, 2)
  assert.equal(await runs(), [])
})

test('an applied workflow keeps its place in time', async () => {
  const { store, clock, boot, runs } = await schedule()
  boot()
  await passHours(clock, 1)
  await store.replaceSchedules('report', toSchedules(REPORT, clock.now() + 86_400_000))
  await passHours(clock, 2)
  assert.equal(await runs(), KEYS)
})

const passSeconds = async (clock: ManualClock, seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second++) {
    await clock.advance(1_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const slotsFrom = (start: number, count: number, stepMs = 1_000): string[] =>
  Array.from({ length: count }, (_, place) => `report/1@${new Date(start + place * stepMs).toISOString()}`)

for (const missed of ['skip', 'once', 'all'])
  test(`a schedule of every second starts each run in its second, however long a look takes (missed: ${missed})`, async () => {
    const { store, clock, boot } = await schedule(compileReport(`schedule: "* * * * * *", missed: ${missed}`))
    const slow = slotsFrom(START + 60_000, 1)[0] ?? ''
    boot({ takes: (key) => (key === slow ? 2_500 : 30) })
    await passSeconds(clock, 300)
    const runs = (await store.listRuns({ limit: 1_000 })).sort((a, b) => a.createdAt - b.createdAt)
    assert.equal(
      runs.map(({ key }) => key),
      slotsFrom(START + 1_000, runs.length),
    )
    assert.ok(runs.length >= 299, `${runs.length} runs`)
    const late = runs.filter(({ key, createdAt }) => createdAt - Date.parse(key?.split('@')[1] ?? '') > 1_000)
    assert.ok(late.length <= 3, `${late.length} late runs`)
  })

const MINUTELY = compileReport('schedule: "* * * * *", missed: { all: 3 }')

test('of more missed slots than its bound the newest are run; the others are counted, once', async () => {
  const { store, clock, boot, runs, skipped } = await schedule(MINUTELY)
  await clock.advance(10 * 60_000)
  boot()
  boot()
  await passSeconds(clock, 30)
  assert.equal(await runs(), slotsFrom(START + 8 * 60_000, 3, 60_000))
  assert.equal(skipped, [7])
  assert.is((await store.listSchedules())[0]?.skipped?.count, 7)
})

for (const dies of [0, 1, 2])
  test(`a host that dies after ${dies} of three missed slots: the next runs the others, and counts no slot twice`, async () => {
    const { store, clock, boot, runs } = await schedule(MINUTELY)
    await clock.advance(10 * 60_000)
    boot({ dies })
    await passSeconds(clock, 5)
    assert.is((await runs()).length, dies + 1)
    boot()
    await passSeconds(clock, 5)
    assert.equal(await runs(), slotsFrom(START + 8 * 60_000, 3, 60_000))
    assert.is((await store.listSchedules())[0]?.skipped?.count, 7)
  })

test('many missed slots are run in parts, and a schedule beside them is not delayed', async () => {
  const { store, clock, boot, runs } = await schedule(compileReport('schedule: "* * * * *", missed: all'))
  const [record] = await store.listSchedules()
  if (record === undefined) throw new Error('no schedule')
  const other = { ...record, id: 'report/2', nextAt: START + 600 * 60_000 + 2_000, expression: '2 * * * * *' }
  await store.replaceSchedules('report', [record, other])
  await clock.advance(600 * 60_000)
  boot()
  await passSeconds(clock, 3)
  const early = await runs()
  assert.ok(early.some((key) => key.startsWith('report/2')) && early.length < 500, `${early.length} runs`)
  await passSeconds(clock, 10)
  assert.is((await runs()).filter((key) => key.startsWith('report/1')).length, 600)
})

test.run()
