import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CompiledWorkflow } from '../../../src/compiler/compile.ts'
import { Fault, isFault } from '../../../src/core/fault.ts'
import { toDefinition } from '../../../src/runtime/new-run.ts'
import { SecretVault } from '../../../src/secrets/secret-vault.ts'
import { type OpenedSchedule, openSchedule } from '../../../src/service/schedules/open-schedule.ts'
import { retrySlots } from '../../../src/service/schedules/retry-slots.ts'
import { toSchedules } from '../../../src/service/schedules/to-schedules.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { ScheduleRecord } from '../../../src/store/schedule-record.ts'
import type { Store } from '../../../src/store/store.ts'
import { Scheduler } from '../../../src/triggers/schedule/scheduler.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

const START = Date.UTC(2026, 0, 1, 8, 30)

const AT = '{ at: string }'

/** @param triggers Content of flow maps. */
const compileTriggers = (triggers: readonly string[], input = AT): CompiledWorkflow =>
  compileWorkflow(`workflow: report
input: ${input}
triggers: [${triggers.map((trigger) => `{ ${trigger} }`).join(', ')}]
steps: [{ id: a, set: { n: 1 } }]
`)

const compileReport = (trigger: string): CompiledWorkflow => compileTriggers([`${trigger}, input: { at: event.at }`])

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
  compile?: () => Promise<CompiledWorkflow>
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
    boot({
      dies = Number.POSITIVE_INFINITY,
      rejects = () => false,
      takes = () => 0,
      compile = async () => workflow,
    } = {}) {
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
        open: async (record) => {
          const opened = await openSchedule(record, {
            store,
            clock,
            env: {},
            compile,
            folderOf: () => '/',
            performerOf: () => ({ vault: new SecretVault(), pricing: { version: '1' } }),
          })
          return {
            async start(slot) {
              const key = `${record.id}@${new Date(slot).toISOString()}`
              if (rejects(key)) throw new Fault('conflict', 'its flow rejects it')
              const pause = takes(key)
              if (pause > 0) await new Promise<void>((resolve) => clock.wakeAt(clock.now() + pause, resolve))
              return opened.start(slot)
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

const FAILING: {
  title: string
  workflow?: CompiledWorkflow
  host?: HostOptions
  code: string
  says: string
}[] = [
  {
    title: 'whose input fails',
    workflow: compileTriggers(['schedule: "0 * * * *", input: { at: "event.at.substring(99)" }']),
    code: 'expression_failed',
    says: 'substring',
  },
  {
    title: 'whose input does not fit',
    workflow: compileTriggers(
      ['schedule: "0 * * * *", input: { at: event.at }'],
      '{ at: { type: string, maxLength: 3 } }',
    ),
    code: 'invalid_input',
    says: 'at',
  },
  {
    title: 'whose condition fails',
    workflow: compileTriggers(['schedule: "0 * * * *", when: event.at.substring(99) == "a", input: { at: event.at }']),
    code: 'expression_failed',
    says: 'substring',
  },
  { title: 'that the flow rejects', host: { rejects: () => true }, code: 'conflict', says: 'its flow rejects it' },
  {
    title: 'whose workflow no longer compiles',
    host: { compile: () => Promise.reject(new Fault('invalid_input', 'it does not compile')) },
    code: 'invalid_input',
    says: 'it does not compile',
  },
]

for (const { title, workflow, host, code, says } of FAILING)
  test(`a slot ${title} is kept as failed: when, why, and how many in a row`, async () => {
    const { store, clock, boot, runs, problems } = await schedule(workflow)
    boot(host)
    await passHours(clock, 1)
    const [record] = await store.listSchedules()
    const { failure } = record ?? {}
    assert.equal([failure?.code, failure?.inRow, failure?.kept], [code, 1, 1])
    assert.equal(failure?.slot, Date.UTC(2026, 0, 1, 9))
    assert.match(failure?.message ?? '', says)
    await passHours(clock, 2)
    assert.ok(((await store.listSchedules())[0]?.failure?.inRow ?? 0) >= 2)
    assert.equal(await runs(), [])
    assert.ok(problems.length >= 2)
  })

test('a slot that has run under an earlier version of the workflow is no failure', async () => {
  const { store, clock, boot, runs } = await schedule()
  boot({ dies: 0 })
  await passHours(clock, 1)
  const changed = compileReport('schedule: "0 * * * *", missed: all')
  await store.saveDefinition(toDefinition(changed))
  await store.replaceSchedules('report', toSchedules(changed, START))
  boot({ compile: async () => changed })
  await passSeconds(clock, 5)
  assert.equal(await runs(), KEYS.slice(0, 1))
  const [record] = await store.listSchedules()
  assert.equal([record?.failure, record?.nextAt], [null, Date.UTC(2026, 0, 1, 10)])
})

test('failed slots are tried again: those that start are forgotten, the others say why they failed now', async () => {
  const { store, clock, boot, runs } = await schedule()
  const rejecting = boot({ rejects: () => true })
  await passHours(clock, 4)
  await rejecting.stop()
  const failures = await store.listSlotFailures('report/1')
  assert.is(failures.length, 4)
  const [record] = await store.listSchedules()
  if (record === undefined) throw new Error('no schedule')
  const noon = Date.UTC(2026, 0, 1, 12)
  const open = async (of: ScheduleRecord): Promise<OpenedSchedule> => {
    const opened = await openSchedule(of, {
      store,
      clock,
      env: {},
      compile: async () => REPORT,
      folderOf: () => '/',
      performerOf: () => ({ vault: new SecretVault(), pricing: { version: '1' } }),
    })
    return {
      async start(slot) {
        if (slot === noon) throw new Fault('unauthorized', 'no key')
        return opened.start(slot)
      },
    }
  }
  const retried = await retrySlots(record, failures, { store, clock, open })
  assert.equal(
    retried.map(({ kind }) => kind),
    ['started', 'unwanted', 'started', 'failed'],
  )
  assert.equal(await runs(), KEYS)
  const left = await store.listSlotFailures('report/1')
  assert.equal(
    left.map(({ slot, code }) => [slot, code]),
    [[noon, 'unauthorized']],
  )
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
  const triggers = ['schedule: "* * * * *", missed: all', 'schedule: "2 * * * * *"']
  const workflow = compileTriggers(triggers.map((trigger) => `${trigger}, input: { at: event.at }`))
  const { store, clock, boot, runs } = await schedule(workflow)
  const [many, other] = await store.listSchedules()
  if (many === undefined || other === undefined) throw new Error('no schedules')
  await store.replaceSchedules('report', [many])
  await store.replaceSchedules('report', [many, { ...other, nextAt: START + 600 * 60_000 + 2_000 }])
  await clock.advance(600 * 60_000)
  boot()
  await passSeconds(clock, 3)
  const early = await runs()
  assert.ok(early.some((key) => key.startsWith('report/2')) && early.length < 500, `${early.length} runs`)
  await passSeconds(clock, 10)
  assert.is((await runs()).filter((key) => key.startsWith('report/1')).length, 600)
})

test.run()
