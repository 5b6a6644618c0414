import * as assert from 'uvu/assert'
import { isDefect } from '../../src/core/defect.ts'
import {
  MOST_KEPT_FAILURES,
  type ScheduleFailure,
  type ScheduleRecord,
  type ScheduleSlot,
  type SkippedSlots,
  type SlotFailure,
} from '../../src/store/schedule-record.ts'
import type { Store } from '../../src/store/store.ts'
import { catchRejection, createDefinition, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const createSchedule = (id: string, change: Partial<ScheduleRecord> = {}): ScheduleRecord => ({
  id,
  workflow: 'greet',
  definition: createDefinition().hash,
  expression: '0 9 * * 1-5',
  timezone: 'Europe/Berlin',
  missed: 'once',
  mostMissed: 1_000,
  nextAt: T0,
  isPaused: false,
  lastAt: null,
  skipped: null,
  failure: null,
  ...change,
})

const failed = (slot: number): SlotFailure => ({ slot, at: slot + 1, code: 'invalid_input', message: 'no' })

const replace = async (store: Store, schedules: ScheduleRecord[], workflow = 'greet'): Promise<void> => {
  await store.saveDefinition(createDefinition())
  await store.replaceSchedules(workflow, schedules)
}

export const addStoreScheduleTests = (test: AddStoreTest): void => {
  test('schedules come back as they are, by workflow and id, and replace those of their workflow', async ({
    store,
  }) => {
    const [a, b, c] = [
      createSchedule('a', { timezone: null, nextAt: null, lastAt: T0 }),
      createSchedule('b', { missed: 'all', mostMissed: 5, isPaused: true, skipped: { at: T0, count: 3 } }),
      createSchedule('c', { workflow: 'sort' }),
    ]
    await replace(store, [c], 'sort')
    await replace(store, [b, a])
    assert.equal(await store.listSchedules(), [a, b, c])
    await replace(store, [b])
    assert.equal(await store.listSchedules(), [b, c])
    await replace(store, [], 'sort')
    assert.equal(await store.listSchedules(), [b])
  })

  test('an unchanged schedule keeps its next slot, its last one, its pause and the slots it skipped', async ({
    store,
  }) => {
    await replace(store, [createSchedule('a'), createSchedule('b', { timezone: null }), createSchedule('c')])
    for (const id of ['a', 'b', 'c']) {
      await store.advanceSchedule(id, { from: T0, to: T0 + 10, at: T0 + 1, skipped: 2 })
      await store.pauseSchedule(id, true)
    }
    const definition = createDefinition({ hash: 'e'.repeat(64) })
    await store.saveDefinition(definition)
    const change = { nextAt: T0 + 99, definition: definition.hash, missed: 'skip', mostMissed: 7 } as const
    const kept = { nextAt: T0 + 10, isPaused: true, lastAt: T0 + 1, skipped: { at: T0 + 1, count: 2 } }
    const [a, b] = [createSchedule('a', change), createSchedule('b', { ...change, timezone: null })]
    const c = createSchedule('c', { ...change, timezone: 'Asia/Tokyo' })
    await replace(store, [a, b, c])
    assert.equal(await store.listSchedules(), [{ ...a, ...kept }, { ...b, ...kept }, c])
    const d = createSchedule('a', { ...change, expression: '@hourly' })
    await replace(store, [d])
    assert.equal(await store.listSchedules(), [d])
  })

  test('due schedules are those whose slot has come and that are not paused, the earliest first', async ({ store }) => {
    await replace(store, [
      createSchedule('late', { nextAt: T0 + 2 }),
      createSchedule('early', { nextAt: T0 + 1 }),
      createSchedule('never', { nextAt: null }),
      createSchedule('paused', { isPaused: true }),
    ])
    const due = async (at: number): Promise<string[]> => (await store.listDueSchedules(at)).map(({ id }) => id)
    assert.equal([await due(T0), await due(T0 + 1), await due(T0 + 2)], [[], ['early'], ['early', 'late']])
  })

  test('of many callers that take a slot one does', async ({ store }) => {
    await replace(store, [createSchedule('a')])
    const slot = { from: T0, to: T0 + 10, at: T0 + 1 }
    const taken = await Promise.all(Array.from({ length: 10 }, () => store.advanceSchedule('a', slot)))
    assert.is(taken.filter(Boolean).length, 1)
    const [schedule] = await store.listSchedules()
    assert.equal([schedule?.nextAt, schedule?.lastAt], [T0 + 10, T0 + 1])
    assert.is(await store.advanceSchedule('a', { from: T0 + 10, to: null, at: T0 + 11 }), true)
    assert.is(await store.advanceSchedule('none', slot), false)
  })

  test('skipped slots stand with the schedule until others are', async ({ store }) => {
    await replace(store, [createSchedule('a')])
    const skippedAfter = async (slot: ScheduleSlot): Promise<SkippedSlots | null | undefined> => {
      await store.advanceSchedule('a', slot)
      return (await store.listSchedules())[0]?.skipped
    }
    assert.equal(await skippedAfter({ from: T0, to: T0 + 10, at: T0 + 1 }), null)
    assert.equal(await skippedAfter({ from: T0 + 10, to: T0 + 20, at: T0 + 11, skipped: 4 }), { at: T0 + 11, count: 4 })
    assert.equal(await skippedAfter({ from: T0 + 20, to: T0 + 30, at: T0 + 21 }), { at: T0 + 11, count: 4 })
    assert.equal(await skippedAfter({ from: T0 + 99, to: T0 + 40, at: T0 + 31, skipped: 1 }), { at: T0 + 11, count: 4 })
    assert.equal(await skippedAfter({ from: T0 + 30, to: T0 + 40, at: T0 + 32, skipped: 1 }), { at: T0 + 32, count: 1 })
  })

  test('a failed slot is kept with its schedule, with how many failed in a row, until one passes', async ({
    store,
  }) => {
    await replace(store, [createSchedule('a'), createSchedule('b')])
    const advance = async (slot: number, tried: ScheduleSlot['tried']): Promise<void> => {
      await store.advanceSchedule('a', { from: slot, to: slot + 10, at: slot + 1, ...(tried && { tried }) })
    }
    const read = async (): Promise<ScheduleFailure | null | undefined> => (await store.listSchedules())[0]?.failure
    await advance(T0, failed(T0))
    assert.equal(await read(), { ...failed(T0), inRow: 1, kept: 1 })
    await advance(T0 + 10, failed(T0 + 10))
    await advance(T0 + 20, undefined)
    assert.equal(await read(), { ...failed(T0 + 10), inRow: 2, kept: 2 })
    await advance(T0 + 30, 'passed')
    assert.equal(await read(), { ...failed(T0 + 10), inRow: 0, kept: 2 })
    const kept = { schedule: 'a', workflow: 'greet' }
    const listed = [failed(T0 + 10), failed(T0)].map((failure) => ({ ...kept, ...failure }))
    assert.equal(await store.listSlotFailures(), listed)
    assert.equal(await store.listSlotFailures('a'), listed)
    assert.equal(await store.listSlotFailures('b'), [])
    assert.equal((await store.listSchedules())[1]?.failure, null)
  })

  test('of many callers that fail at a slot one keeps it', async ({ store }) => {
    await replace(store, [createSchedule('a')])
    const slot = { from: T0, to: T0 + 10, at: T0 + 1, tried: failed(T0) }
    await Promise.all(Array.from({ length: 5 }, () => store.advanceSchedule('a', slot)))
    assert.equal((await store.listSchedules())[0]?.failure, { ...failed(T0), inRow: 1, kept: 1 })
  })

  test('a failed slot is replaced by a later failure of it, and is dropped', async ({ store }) => {
    await replace(store, [createSchedule('a')])
    for (const slot of [T0, T0 + 10])
      await store.advanceSchedule('a', { from: slot, to: slot + 10, at: slot + 1, tried: failed(slot) })
    const again = { ...failed(T0), at: T0 + 99, code: 'conflict' }
    await store.updateSlotFailure('a', again)
    assert.equal((await store.listSchedules())[0]?.failure, { ...again, inRow: 2, kept: 2 })
    await store.updateSlotFailure('a', failed(T0 + 50))
    assert.is((await store.listSlotFailures('a')).length, 2)
    assert.is(await store.dropSlotFailures('a', [T0, T0 + 50]), 1)
    assert.equal(
      (await store.listSlotFailures('a')).map(({ slot }) => slot),
      [T0 + 10],
    )
  })

  test('the newest failed slots are kept, and they go with their schedule', async ({ store }) => {
    await replace(store, [createSchedule('a')])
    const slots = Array.from({ length: MOST_KEPT_FAILURES + 5 }, (_, place) => T0 + place)
    await Promise.all(
      slots.map((slot) => store.advanceSchedule('a', { from: slot, to: slot + 1, at: slot, tried: failed(slot) })),
    )
    const kept = await store.listSlotFailures('a')
    assert.equal([kept.length, kept[0]?.slot, kept.at(-1)?.slot], [MOST_KEPT_FAILURES, slots.at(-1), T0 + 5])
    assert.is((await store.listSchedules())[0]?.failure?.inRow, slots.length)
    await replace(store, [createSchedule('a', { missed: 'skip' })])
    assert.is((await store.listSlotFailures()).length, MOST_KEPT_FAILURES)
    await replace(store, [createSchedule('b')])
    await replace(store, [createSchedule('a')])
    assert.equal(await store.listSlotFailures(), [])
  })

  test('a paused schedule gives no slot until it goes on', async ({ store }) => {
    await replace(store, [createSchedule('a')])
    assert.is(await store.pauseSchedule('a', true), true)
    const slot = { from: T0, to: T0 + 10, at: T0 + 1 }
    assert.is(await store.advanceSchedule('a', slot), false)
    assert.equal(await store.listDueSchedules(T0), [])
    await store.pauseSchedule('a', false)
    assert.is(await store.advanceSchedule('a', slot), true)
    assert.is(await store.pauseSchedule('none', true), false)
  })

  test('J4 a schedule needs its definition to be saved, or nothing is replaced', async ({ store }) => {
    await replace(store, [createSchedule('a')])
    const error = await catchRejection(replace(store, [createSchedule('b', { definition: 'unsaved' })]))
    assert.ok(isDefect(error) && error.message.startsWith('J4: '), String(error))
    assert.equal(await store.listSchedules(), [createSchedule('a')])
  })
}
