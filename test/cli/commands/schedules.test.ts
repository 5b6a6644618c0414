/** Slots of schedules that failed before they had a run: listed, retried, dismissed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { SlotFailure } from '../../../src/store/schedule-record.ts'
import { type CliProject, createCliProject } from '../../support/cli-project.ts'

const test = suite('troupe schedules')

/** Its schedule comes once a year, so that no slot comes while the test runs. */
const report = (input: string): string => `workflow: report
input: { day: { type: string, maxLength: 10 } }
triggers:
  - { schedule: "@yearly", missed: { all: 5 }, input: { day: "${input}" } }
steps: [{ id: one, set: { day: input.day } }]
output: steps.one.output.day
`

const SLOTS = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)]

const toFailure = (slot: number, code = 'invalid_input'): SlotFailure => ({
  slot,
  at: slot + 5_000,
  code,
  message: "the input does not fit\nsay what it is: 'day'",
})

/** Registers the workflow, and has its slots fail as a server would. */
const createProject = async (failures: readonly SlotFailure[]): Promise<CliProject> => {
  const project = createCliProject({ 'report.yaml': report('event.at') })
  await project.troupe(['workflows', 'apply', 'report.yaml'])
  const store = await project.openStore()
  let from = (await store.listSchedules())[0]?.nextAt ?? 0
  for (const tried of failures) {
    await store.advanceSchedule('report/1', { from, to: from + 1_000, at: tried.at, tried, skipped: 3 })
    from += 1_000
  }
  await store.close()
  return project
}

test('list says when and why the last slot failed, how many did in a row, and what was skipped', async () => {
  const project = await createProject(SLOTS.map((slot) => toFailure(slot)))
  const { stdout, stderr } = await project.troupe(['schedules', 'list'])
  assert.match(stdout, /report\/1 +@yearly +UTC .* 2 in a row, invalid_input at .* all: 5 +3 at /)
  assert.match(stderr, 'what failed, and what to do: troupe failed')
  const [schedule] = JSON.parse((await project.troupe(['schedules', 'list', '--json'])).stdout)
  assert.equal([schedule.missed, schedule.most_missed, schedule.skipped.count], ['all', 5, 3])
  const { message, ...failure } = schedule.failure
  assert.equal(failure, {
    at: '2027-01-01T00:00:05.000Z',
    slot: '2027-01-01T00:00:00.000Z',
    code: 'invalid_input',
    in_a_row: 2,
    kept: 2,
  })
  assert.match(message, 'the input does not fit')
})

test('a failed slot is listed with what to do, and runs once the workflow is corrected', async () => {
  const project = await createProject(SLOTS.map((slot) => toFailure(slot)))
  const text = (await project.troupe(['failed'])).stdout
  assert.match(text, /2 +report +invalid_input +schedule report\/1 .*slot 2027-01-01T00:00:00.000Z/)
  assert.match(text, "say what it is: 'day'")
  assert.match(text, 'correct the workflow, then: troupe workflows apply FILE')
  assert.match(text, 'troupe schedules retry report/1 --fault invalid_input')
  const [group] = JSON.parse((await project.troupe(['failed', '--json'])).stdout)
  assert.equal([group.schedule, group.count, group.newest.run], ['report/1', 2, null])
  assert.is(group.newest.slot, '2027-01-01T00:00:00.000Z')

  const again = await project.troupe(['schedules', 'retry', 'report', '--json'])
  assert.is(again.exitCode, 1)
  const [first] = JSON.parse(again.stdout)
  assert.equal([first.slot, first.status, first.run], ['2026-01-01T00:00:00.000Z', 'failed', null])
  assert.match(first.error.message, 'more than 10 characters')

  project.write('report.yaml', report('event.at.substring(0, 10)'))
  await project.troupe(['workflows', 'apply', 'report.yaml'])
  const retried = await project.troupe(['schedules', 'retry', 'report'])
  assert.match(retried.stdout, /2026-01-01T00:00:00.000Z {2}run r-\S+ is queued\n2027-01-01T00:00:00.000Z {2}run r-/)
  assert.match(retried.stderr, '2 of 2 slots started')
  assert.is(retried.exitCode, 0)
  assert.match((await project.troupe(['failed'])).stderr, 'no failed run is left to handle')
  const [, run = ''] = /run (r-\S+)/.exec(retried.stdout) ?? []
  assert.is((await project.troupe(['resume', run, '-q'])).stdout.trim(), '"2026-01-01"')
  const runs = JSON.parse((await project.troupe(['runs', '--json'])).stdout)
  assert.equal(
    runs.map(({ status, origin }: { status: string; origin: unknown }) => [status, origin]),
    ['queued', 'completed'].map((status) => [status, { kind: 'schedule', of: 'report/1' }]),
  )
})

test('failed slots are chosen by fault, and dismissed', async () => {
  const [one = 0, other = 0] = SLOTS
  const project = await createProject([toFailure(one), toFailure(other, 'conflict')])
  const groups = JSON.parse((await project.troupe(['failed', '--json'])).stdout)
  assert.equal(
    groups.map(({ fault, dismiss }: { fault: string; dismiss: string }) => [fault, dismiss]),
    ['conflict', 'invalid_input'].map((fault) => [fault, `troupe schedules dismiss report/1 --fault ${fault}`]),
  )
  const dismissed = await project.troupe(['schedules', 'dismiss', 'report', '--fault', 'conflict'])
  assert.match(dismissed.stderr, '1 failed slot of report/1 dismissed')
  const [left] = JSON.parse((await project.troupe(['schedules', 'list', '--json'])).stdout)
  assert.equal([left.failure.code, left.failure.kept], ['invalid_input', 1])
})

test.run()
