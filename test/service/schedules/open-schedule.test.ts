import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toDefinition } from '../../../src/runtime/new-run.ts'
import { SecretVault } from '../../../src/secrets/secret-vault.ts'
import { type OpenScheduleOptions, openSchedule } from '../../../src/service/schedules/open-schedule.ts'
import { toSchedules } from '../../../src/service/schedules/to-schedules.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { catchFault } from '../../support/catch-fault.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'

const SECRET = 'planted-in-the-environment'

const WORKFLOW = compileWorkflow(
  `workflow: report
input: { day: { type: string, maxLength: 10 } }
triggers: [{ schedule: "@daily", input: { day: env.DAY } }]
steps: [{ id: one, set: { day: input.day } }]
`,
  ['DAY'],
)

const open = async (change: Partial<OpenScheduleOptions> = {}) => {
  const store = createMemoryStore()
  await store.saveDefinition(toDefinition(WORKFLOW))
  const [schedule] = toSchedules(WORKFLOW, 0)
  if (schedule === undefined) throw new Error('no schedule')
  const options: OpenScheduleOptions = {
    store,
    clock: { now: () => 0 },
    env: { DAY: SECRET },
    compile: async () => WORKFLOW,
    folderOf: () => '/',
    performerOf: () => ({ vault: new SecretVault({ TOKEN: SECRET }), pricing: { version: '1' } }),
    ...change,
  }
  return { store, opened: await openSchedule(schedule, options) }
}

const test = suite('an opened schedule')

test('starts one run a slot, however often it is asked', async () => {
  const { store, opened } = await open({ env: { DAY: 'monday' } })
  const ids = await Promise.all([0, 0, 86_400_000].map((slot) => opened.start(slot)))
  assert.equal([ids[0] === ids[1], ids[0] === ids[2]], [true, false])
  assert.is((await store.listRuns()).length, 2)
})

test('redacts the secrets of its workflow in the fault of a slot', async () => {
  const { opened } = await open()
  const { code, message } = await catchFault(() => opened.start(0))
  assert.is(code, 'invalid_input')
  assert.not.match(message, SECRET)
  assert.match(message, 'TOKEN')
})

test.run()
