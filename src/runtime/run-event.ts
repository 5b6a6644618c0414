/** The events of a run, as the journal records them and the fold takes them. */
import type { FaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { RowDraft, RowKind } from '../store/journal-row.ts'

export type {
  AttemptFigures,
  BudgetData,
  CreatedData,
  DecisionData,
  FinallyCut,
  ForkData,
  OutcomeData,
  SignalData,
  TimerName,
} from '../store/journal-data.ts'

type OfRun<K extends RowKind> = { [Kind in K]: Omit<RowDraft<Kind>, 'path' | 'visit'> }[K]

export type RunEvent = RowDraft<'outcome' | 'timer' | 'decision'> | OfRun<'begun' | 'cancel' | 'signal' | 'budget'>

/** `origin` is the path of the step in a foreach item that the fault came from. */
export type Outcome = { output: JsonValue } | { fault: FaultData; origin?: string }
