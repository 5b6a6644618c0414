/** Changes of the records of steps, into objects that the caller owns. */
import { type MachineContext, PENDING, type StepRecord } from '../machine-context.ts'
import type { LinkedStep } from './linked-step.ts'
import type { MachineEvent } from './machine-event.ts'

export interface Happening {
  context: MachineContext
  event: MachineEvent
}

export type Change = Partial<MachineContext>
export type Records = Record<string, StepRecord>

export const recordOf = (records: Records, id: string): StepRecord => records[id] ?? PENDING

export const timeOf = ({ context, event }: Happening): { at: number } => ({ at: event.at ?? context.at })

/** Attempts of an actor as its supervision counted them; for other steps, foreach included, those of the step's own retry. */
export const attemptsOf = ({ id }: LinkedStep, { context, event }: Happening): number =>
  (event.actorId === id ? event.attempts : undefined) ?? recordOf(context.steps, id).attempt

export type StepEnd = Pick<StepRecord, 'status' | 'attempts' | 'output' | 'error'>

/** Record of a step that has ended: only the counters of its visits are carried over. */
export const ended = ({ visits, entries, attempt, calls, caught }: StepRecord, end: StepEnd): StepRecord => ({
  ...end,
  visits,
  entries,
  attempt,
  calls: calls + end.attempts,
  ...(caught === undefined ? {} : { caught }),
})

/** Marks running steps as cancelled. The host knows how many attempts they made. */
export const cancelIn = (steps: Records, ids: Iterable<string>): void => {
  for (const id of ids) {
    const record = recordOf(steps, id)
    if (record.entered === undefined) continue
    const calls = record.calls + (record.entered.kind === 'input' ? 1 : 0)
    steps[id] = { ...ended(record, { status: 'cancelled', attempts: 0 }), calls }
  }
}
