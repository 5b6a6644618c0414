/** Evaluates a workflow's `flow` for a run: the key of the runs it shares limits with, and the limits. */
import { type JsonObject, type JsonValue, ownValue } from '../../core/json.ts'
import { parseRate, type Rate } from '../../core/rate.ts'
import type { Workflow } from '../document.ts'
import { compileExpression } from '../expression/compile-expression.ts'
import { toText } from './entry.ts'

export interface FlowOfRun {
  /** Runs with equal keys share the limits; the key begins with the name of the workflow. */
  key: string
  concurrency?: number
  rate?: Rate
  priority?: number
  onConflict: 'queue' | 'reject' | 'replace'
  maxQueued?: number
  whenFull?: 'refuse' | 'drop_oldest'
  expireMs?: number
}

/** A child run is part of its parent: the flow of its workflow counts for it only with `children: true`. */
export type FlowReader = (names: FlowNames, run?: { isChild: boolean }) => FlowOfRun | undefined

interface FlowNames {
  input: JsonValue
  env: JsonObject
}

/** @throws (the result) Fault `expression_failed` */
export const linkFlow = ({ name, flow }: Workflow): FlowReader | undefined => {
  if (flow === undefined) return undefined
  const { key, concurrency, rate, priority, onConflict, maxQueued, whenFull, expireMs, children } = flow
  const limit = rate && parseRate(rate.value)
  const keyOf =
    key && compileExpression<FlowNames>(key, { root: (root) => ownValue(READERS, root), step: () => undefined })
  const limits = {
    ...(concurrency === undefined ? {} : { concurrency: concurrency.value }),
    ...(limit === undefined ? {} : { rate: limit }),
    ...(priority === undefined ? {} : { priority: priority.value }),
    ...(maxQueued === undefined ? {} : { maxQueued: maxQueued.value }),
    ...(whenFull === undefined ? {} : { whenFull: whenFull.value }),
    ...(expireMs === undefined ? {} : { expireMs: expireMs.value }),
    onConflict: onConflict.value,
  }
  return (names, { isChild } = { isChild: false }) => {
    if (isChild && children?.value !== true) return undefined
    return { key: keyOf === undefined ? name.value : `${name.value}/${toText(keyOf(names))}`, ...limits }
  }
}

const READERS: Record<string, ((names: FlowNames) => JsonValue) | undefined> = {
  input: ({ input }) => input,
  env: ({ env }) => env,
}
