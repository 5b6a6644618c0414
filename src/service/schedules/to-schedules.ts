/** Converts the schedules of a workflow to records of the store. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { ScheduleRecord } from '../../store/schedule-record.ts'
import { createSlots } from './slots.ts'

/** @param at Epoch milliseconds: the first slot comes after it. @throws Fault `invalid_input` for an expression that can't be read */
export const toSchedules = ({ name, hash, schedules }: CompiledWorkflow, at: number): ScheduleRecord[] =>
  schedules.map(({ expression, timezone, missed, mostMissed }, index) => ({
    id: `${name}/${index + 1}`,
    workflow: name,
    definition: hash,
    expression,
    timezone,
    missed,
    mostMissed,
    nextAt: createSlots(expression, timezone).after(at) ?? null,
    isPaused: false,
    lastAt: null,
    skipped: null,
    failure: null,
  }))

/** Index of a record among the schedules of its workflow, from 0. */
export const toIndex = ({ id }: Pick<ScheduleRecord, 'id'>): number => Number(id.slice(id.lastIndexOf('/') + 1)) - 1
