/**
 * The state of a run as plain data: what a snapshot holds of its machines, and what they have open.
 *
 * Nothing in it is named by the code that wrote it but steps, paths and the states of machines. Scopes are named by their place in the
 * list of all. Plans, policies and expressions are those of the definition. Parts that are one object in the state are one object here,
 * and stay one when the snapshot is encoded: sizes are measured by it.
 */
import type { Bounds } from '../../compiler/bound.ts'
import type { UndoEntry } from '../../compiler/machine-context.ts'
import type { ForeachPart } from '../../compiler/plan.ts'
import type { JsonValue } from '../../core/json.ts'
import type { OpenEffect, OpenTimer, OpenWait } from '../effects/run-effect.ts'
import type { SavedMachine } from '../fold.ts'
import type { SignalData } from '../run-event.ts'
import type { SavedPool } from '../scope/item-pool.ts'
import type { SavedUndoing } from '../scope/undoing.ts'

export interface SavedState {
  begunAt: number
  stepsStarted: number
  /** Number of pauses of the work queue. */
  pauses: number
  /** The list of undo calls, which contexts share: each entry behind the one before it. */
  undo: SavedUndoEntry[]
  /** A scope behind the one that it is inside of; the root first. */
  scopes: SavedScope[]
  effects: SavedEffect[]
  timers: SavedTimer[]
  waits: SavedWait[]
  kept: [name: string, events: SignalData[]][]
  paces: (SavedPlace & { timer: OpenTimer })[]
  undoing: SavedUndoing
}

export interface SavedPlace {
  scope: number
  step: string
}

/** `before`: place in the list of entries; -1: none. */
export type SavedUndoEntry = Omit<UndoEntry, 'before'> & { before: number }

/** `given`: the context but for the parts that refer to others. `undo` as `before` of an entry. */
export interface SavedContext {
  given: object
  undo: number
  outer: SavedContext | null
}

export interface SavedScope {
  path: string
  machine: SavedMachine
  context: SavedContext
  parent: (SavedPlace & { index: number }) | undefined
  open: SavedStep[]
}

export interface SavedStep {
  step: string
  visit: number
  pool: SavedPool | undefined
  outer: SavedContext | undefined
  /** True for a step with scopes inside. */
  hasItems: boolean
}

export interface SavedEffect extends SavedPlace {
  visit: number
  effect: OpenEffect
  part: ForeachPart | undefined
}

export interface SavedTimer {
  scope: number
  xstateId: string
  event: string
  timer: OpenTimer
}

export interface SavedWait extends SavedPlace {
  wait: OpenWait
  seen: SavedContext | undefined
  call: SavedCall | undefined
}

/** A call that waits for its approval. */
export interface SavedCall {
  visit: number
  input: JsonValue
  key: string | undefined
  bounds: Bounds
  at: number
}
