/** A run up to one row of its journal: all that recovery makes of these rows, as plain data. */
import { LOWERING_VERSION } from '../../compiler/lower.ts'
import type { UsageTotals } from '../../store/store.ts'
import type { SavedBudget } from '../budget/budget.ts'
import type { SavedBounds } from '../budget/run-bounds.ts'
import type { EffectHistory } from '../effects/effect-history.ts'
import type { SavedState } from './saved-state.ts'

export interface SavedRun {
  runId: string
  /** The last row that it stands for. */
  seq: number
  keyRun: string
  state: SavedState
  usage: UsageTotals
  histories: [id: string, history: EffectHistory][]
  bounds: SavedBounds
  untouched: string[]
  /** Absent for a run without a budget. */
  budget: SavedBudget | undefined
}

/**
 * Raised with each change of what a snapshot holds or means: of these types, of the contexts of machines, of the machines of the runtime,
 * and with each release of XState. Snapshots of another version are dropped. test/runtime/snapshot/format.test.ts notices most changes.
 */
const SNAPSHOT_VERSION = 1

/** Names the kind of snapshots that this release can use for runs of a definition. */
export const toSnapshotFormat = (definition: string): string => `${SNAPSHOT_VERSION}.${LOWERING_VERSION} ${definition}`
