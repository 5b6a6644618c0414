import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../src/core/json.ts'
import type { SlotFailure } from '../../src/store/schedule-record.ts'
import { objectsOf, type Reached, reachedWith } from '../support/reached.ts'

/** Its schedule comes once a year, so that no slot comes while the test runs. */
const report = (input: string): string => `workflow: report
input: { day: { type: string, maxLength: 10 } }
triggers:
  - { schedule: "@yearly", timezone: Europe/Paris, missed: { all: 5 }, input: { day: "${input}" } }
  - { schedule: "@monthly", input: { day: "'today'" } }
steps: [{ id: one, set: { day: input.day } }]
output: steps.one.output.day
`

const apply = async ({ client }: Reached, source: string): Promise<void> => {
  const applied = await client.post('/api/v1/workflows', { source })
  assert.is(applied.status, 200, JSON.stringify(applied.body))
}

const SLOTS = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)]

const toFailure = (slot: number, code = 'invalid_input'): SlotFailure => ({
  slot,
  at: slot + 5_000,
  code,
  message: 'the input does not fit',
})

/** A server whose workflow is registered, and whose first schedule has failed so. */
const reached = (failures: readonly SlotFailure[], act: (server: Reached) => Promise<void>): Promise<void> =>
  reachedWith([], async (server) => {
    await apply(server, report('event.at'))
    let from = (await server.store.listSchedules())[0]?.nextAt ?? 0
    for (const tried of failures) {
      await server.store.advanceSchedule('report/1', { from, to: from + 1_000, at: tried.at, tried })
      from += 1_000
    }
    await act(server)
  })

const list = async ({ client }: Reached): Promise<JsonObject[]> =>
  objectsOf((await client.get('/api/v1/schedules')).body.schedules)

const test = suite('schedules over HTTP')

test('schedules are listed with their failures, and their next slots in order', () =>
  reached([toFailure(SLOTS[0] ?? 0)], async (server) => {
    const [first, second] = await list(server)
    assert.equal(
      [first?.id, first?.missed, first?.most_missed, first?.timezone],
      ['report/1', 'all', 5, 'Europe/Paris'],
    )
    assert.equal(second?.failure, null)
    const { failure } = first ?? {}
    assert.match(JSON.stringify(failure), '"code":"invalid_input"')
    const { body } = await server.client.get('/api/v1/schedules/next?count=3')
    const slots = objectsOf(body.slots)
    assert.equal(
      slots.map(({ at }) => at),
      slots.map(({ at }) => at).sort(),
    )
    assert.is(slots.length, 3)
    const own = await server.client.get('/api/v1/schedules/next?schedule=report/2')
    assert.equal(
      objectsOf(own.body.slots).map(({ schedule }) => schedule),
      Array.from({ length: 5 }, () => 'report/2'),
    )
  }))

test('a paused schedule has no next slot until it is unpaused', () =>
  reached([], async (server) => {
    const paused = await server.client.post('/api/v1/schedules/report/1/pause')
    assert.equal(paused.body, { schedule: 'report/1', is_paused: true })
    assert.equal(
      (await list(server)).map(({ is_paused: isPaused }) => isPaused),
      [true, false],
    )
    assert.equal((await server.client.get('/api/v1/schedules/next?schedule=report/1')).body.slots, [])
    await server.client.post('/api/v1/schedules/report/1/unpause')
    assert.equal(
      (await list(server)).map(({ is_paused: isPaused }) => isPaused),
      [false, false],
    )
  }))

test('failed slots are retried, stay while they fail again, and run once the workflow is corrected', () =>
  reached([toFailure(SLOTS[0] ?? 0), toFailure(SLOTS[1] ?? 0)], async (server) => {
    const retry = () => server.client.post('/api/v1/schedules/report/1/retry', { fault: 'invalid_input' })
    const [again] = objectsOf((await retry()).body.slots)
    assert.equal([again?.status, again?.run], ['failed', null])
    assert.match(JSON.stringify(again?.error), 'more than 10 characters')
    await apply(server, report('event.at.substring(0, 10)'))
    const started = objectsOf((await retry()).body.slots)
    assert.equal(
      started.map(({ status, error }) => [status, error]),
      [
        ['started', null],
        ['started', null],
      ],
    )
    const path = `/api/v1/runs/${started[0]?.run}`
    await server.until('it ends', async () => (await server.client.get(path)).body.status === 'completed')
    assert.equal((await server.client.get(path)).body.origin, { kind: 'schedule', of: 'report/1' })
    assert.equal((await retry()).body.slots, [])
  }))

test('failed slots are dismissed by their fault', () =>
  reached([toFailure(SLOTS[0] ?? 0), toFailure(SLOTS[1] ?? 0, 'conflict')], async (server) => {
    const dismiss = (body?: JsonObject) => server.client.post('/api/v1/schedules/report/1/dismiss', body)
    assert.equal((await dismiss({ fault: 'conflict' })).body, { schedule: 'report/1', dismissed: 1 })
    assert.equal((await dismiss()).body.dismissed, 1)
    assert.equal((await dismiss()).body.dismissed, 0)
  }))

test('an unknown schedule is answered with those that there are', () =>
  reached([], async ({ client }) => {
    for (const path of ['report/3/pause', 'other/1/retry']) {
      const { status, body } = await client.post(`/api/v1/schedules/${path}`)
      assert.equal([status, body.code, body.hint], [404, 'not_found', 'they are report/1, report/2'])
    }
    assert.is((await client.post('/api/v1/schedules/report/x/pause')).status, 400)
  }))

test.run()
