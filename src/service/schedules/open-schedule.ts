import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Clock } from '../../core/clock.ts'
import { Fault, isFault, toFault, toFaultData } from '../../core/fault.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ScheduleRecord } from '../../store/schedule-record.ts'
import type { Definition, Store } from '../../store/store.ts'
import { type SubmitPorts, submitWorkflow } from '../submit.ts'
import { toIndex } from './to-schedules.ts'

export interface OpenScheduleOptions {
  store: Store
  clock: Pick<Clock, 'now'>
  /** Values of the variables that expressions of a schedule may read. */
  env: JsonObject
  /** @throws Fault `invalid_input` when the definition no longer compiles */
  compile(definition: Definition): Promise<CompiledWorkflow>
  /** Absolute: relative paths in the workflow start there, unless it is registered with another folder. */
  folderOf(workflow: CompiledWorkflow): string
  /** @throws Fault `unauthorized` when a secret has no value here */
  performerOf(run: { workflow: CompiledWorkflow; folder: string }): Pick<SubmitPorts, 'vault' | 'pricing'>
}

export interface OpenedSchedule {
  /**
   * Enqueues the run of a slot, and returns its id; null if the condition of the schedule says no. The idempotency key of the run names
   * the schedule and the slot: however often it is started, a slot has one run. Secrets in faults are redacted.
   * @throws Fault `expression_failed`, `invalid_input`, `conflict`, `unauthorized`; StoreError
   */
  start(slot: number): Promise<string | null>
}

/** Compiles the workflow of a schedule. @throws Fault `not_found`, and as `compile` does */
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
  const folder = registered?.folder ?? folderOf(workflow)
  const start = async (slot: number, ports: ReturnType<typeof performerOf>): Promise<string | null> => {
    const at = new Date(slot).toISOString()
    const names = { event: { at }, env }
    if (!trigger.isWanted(names)) return null
    const origin = { kind: 'schedule', of: schedule.id } as const
    const request = { input: trigger.toInput(names), env, folder, key: `${schedule.id}@${at}`, origin }
    const { vault, pricing } = ports
    return (await submitWorkflow(workflow, request, { store, clock, vault, pricing })).run.id
  }
  return {
    async start(slot) {
      const ports = performerOf({ workflow, folder })
      try {
        return await start(slot, ports)
      } catch (cause) {
        if (!isFault(cause)) throw cause
        const known = cause.code === 'conflict' ? cause.details?.run : undefined
        // The key names the slot: an earlier version of the workflow has run it.
        if (typeof known === 'string') return known
        throw toFault(ports.vault.redactFault(toFaultData(cause)))
      }
    },
  }
}
