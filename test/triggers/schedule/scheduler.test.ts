import { suite } from 'uvu'
import * as assert from 'uvu/assert'
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

const REPORT = compileWorkflow(`workflow: report
input: { at: string }
triggers:
  - { schedule: "0 * * * *", input: { at: event.at }, when: "!event.at.contains('T10')", missed: all }
steps: [{ id: a, set: { n: 1 } }]
`)

interface Scheduled {
  store: Store
  clock: ManualClock
  /** One more host. */
  boot(options?: { dies?: boolean; rejects?: (key: string) => boolean }): Scheduler
  problems: unknown[]
  runs(): Promise<string[]>
}

const schedule = async (): Promise<Scheduled> => {
  const clock = createManualClock(START)
  const store = createMemoryStore({ now: () => clock.now() })
  await store.saveDefinition(toDefinition(REPORT))
  await store.replaceSchedules('report', toSchedules(REPORT, START))
  const problems: unknown[] = []
  return {
    store,
    clock,
    problems,
    boot({ dies = false, rejects = () => false } = {}) {
      // A process that dies between the two does not move the schedule on.
      const seen = dies
        ? new Proxy(store, {
            get(target, name: keyof Store) {
              const member = target[name]
              if (name === 'advanceSchedule') return () => new Promise(() => {})
              return typeof member === 'function' ? member.bind(target) : member
            },
          })
        : store
      const scheduler = new Scheduler({
        store: seen,
        clock,
        onProblem: ({ cause }) => problems.push(cause),
        open: async () => {
          const [trigger] = REPORT.schedules
          if (trigger === undefined) throw new Error('no trigger')
          return {
            trigger,
            env: {},
            async submit({ key, input, schedule: of }) {
              if (rejects(key)) throw new Fault('conflict', 'its flow rejects it')
              const at = clock.now()
              const wanted = { id: `r-${Math.random()}`, at, input, key, origin: { kind: 'schedule', of } as const }
              await store.submit(toNewRun(REPORT, wanted, new SecretVault()))
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
  boot({ dies: true })
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

test.run()
