/** Evaluates a workflow's `flow` for a run: the key of the runs it shares limits with, and the limits. */
import type { JsonObject, JsonValue } from '../../core/json.ts'
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
}

interface FlowNames {
  input: JsonValue
  env: JsonObject
}

/** @throws (the result) Fault `expression_failed` */
export const linkFlow = ({ name, flow }: Workflow): ((names: FlowNames) => FlowOfRun) | undefined => {
  if (flow === undefined) return undefined
  const { key, concurrency, rate, priority, onConflict } = flow
  const limit = rate && parseRate(rate.value)
  const keyOf = key && compileExpression<FlowNames>(key, { root: (root) => READERS[root], step: () => undefined })
  return (names) => ({
    key: keyOf === undefined ? name.value : `${name.value}/${toText(keyOf(names))}`,
    ...(concurrency === undefined ? {} : { concurrency: concurrency.value }),
    ...(limit === undefined ? {} : { rate: limit }),
    ...(priority === undefined ? {} : { priority: priority.value }),
    onConflict: onConflict.value,
  })
}

const READERS: Record<string, ((names: FlowNames) => JsonValue) | undefined> = {
  input: ({ input }) => input,
  env: ({ env }) => env,
}
