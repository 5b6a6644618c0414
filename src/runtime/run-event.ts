/** The events of a run, as the journal records them and the fold takes them. */

import type { FaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { JournalData } from '../store/journal-data.ts'

export type {
  AttemptFigures,
  CreatedData,
  DecisionData,
  ForkData,
  OutcomeData,
  SignalData,
  TimerName,
} from '../store/journal-data.ts'

interface AtStep<K extends keyof JournalData> {
  kind: K
  at: number
  path: string
  visit: number
  data: JournalData[K]
}

type OfRun<K extends keyof JournalData> = Omit<AtStep<K>, 'path' | 'visit'>

export type RunEvent =
  | AtStep<'outcome'>
  | AtStep<'timer'>
  | AtStep<'decision'>
  | OfRun<'cancel'>
  | OfRun<'signal'>
  | OfRun<'budget'>

/** `origin` is the path of the step in a foreach item that the fault came from. */
export type Outcome = { output: JsonValue } | { fault: FaultData; origin?: string }
