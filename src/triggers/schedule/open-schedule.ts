import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Clock } from '../../core/clock.ts'
import { Fault } from '../../core/fault.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Performer } from '../../service/performer.ts'
import { toIndex } from '../../service/schedules/to-schedules.ts'
import { submitWorkflow } from '../../service/submit.ts'
import type { ScheduleRecord } from '../../store/schedule-record.ts'
import type { Definition, Store } from '../../store/store.ts'
import type { OpenedSchedule } from './scheduler.ts'

export interface OpenScheduleOptions {
  store: Store
  clock: Clock
  /** Values of the variables that expressions of a schedule may read. */
  env: JsonObject
  /** @throws Fault `invalid_input` when the definition no longer compiles */
  compile(definition: Definition): Promise<CompiledWorkflow>
  /** Absolute: relative paths in the workflow start there, unless it is registered with another folder. */
  folderOf(workflow: CompiledWorkflow): string
  /** @throws Fault `unauthorized` when a secret has no value here */
  performerOf(run: { workflow: CompiledWorkflow; folder: string }): Performer
}

/** Compiles the workflow of a schedule, and submits its runs to the store. @throws Fault `not_found`, and as the options do */
export const openSchedule = async (
  schedule: ScheduleRecord,
  { store, clock, env, compile, folderOf, performerOf }: OpenScheduleOptions,
): Promise<OpenedSchedule> => {
  const definition = await store.loadDefinition(schedule.definition)
  const workflow = definition && (await compile(definition))
  const trigger = workflow?.schedules[toIndex(schedule)]
  const registered = await store.findWorkflow(schedule.workflow)
  if (workflow === undefined || trigger === undefined)
    throw new Fault('not_found', `the definition of schedule '${schedule.id}' is not in ${store.location}`)
  return {
    trigger,
    env,
    async submit({ key, input, schedule: of }) {
      const folder = registered?.folder ?? folderOf(workflow)
      const { vault, pricing } = performerOf({ workflow, folder })
      const request = { input, env, folder, key, origin: { kind: 'schedule', of } as const }
      await submitWorkflow(workflow, request, { store, clock, vault, pricing })
    },
  }
}
