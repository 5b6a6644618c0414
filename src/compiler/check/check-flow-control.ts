/** Checks the expressions and limits of `flow`. */
import type { Flow } from '../grammar/workflow-grammar.ts'
import type { CheckContext } from './check-context.ts'

export const checkFlowControl = ({ workflow: { flow }, names, expressions, diagnostics }: CheckContext): void => {
  if (flow === undefined) return
  if (flow.key !== undefined) expressions.expression(flow.key, { names: names.ofFlow(), node: undefined })
  const idle = findIdle(flow)
  if (idle !== undefined) diagnostics.warning('idle_flow', idle.range, idle.message, idle.hint)
}

interface Idle extends Pick<Flow, 'range'> {
  message: string
  hint: string
}

/** Finds what limits nothing. */
const findIdle = ({
  concurrency,
  rate,
  maxQueued,
  expireMs,
  whenFull,
  onConflict,
  malformed,
  range,
}: Flow): Idle | undefined => {
  if (malformed === true) return undefined
  const isLimited = concurrency !== undefined || rate !== undefined
  if (!isLimited && maxQueued === undefined && expireMs === undefined) {
    const message = "'flow' limits nothing: expected concurrency, rate or both"
    return { range, message, hint: 'to run one at a time, add concurrency: 1' }
  }
  if (maxQueued !== undefined && onConflict.value !== 'queue') {
    const message = `'max_queued' limits nothing: with on_conflict: ${onConflict.value} no run waits for a place`
    return { range: maxQueued.range, message, hint: 'remove max_queued, or write on_conflict: queue' }
  }
  if (whenFull === undefined || maxQueued !== undefined) return undefined
  const message = "'when_full' limits nothing: without max_queued the queue is never full"
  return { range: whenFull.range, message, hint: 'add a limit, as in max_queued: 100' }
}
