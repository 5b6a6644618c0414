/**
 * Finds the critical path of a run: the chain of spans that its end waited for. It goes backwards from the end: to the span that
 * ended last before, then to the span that ended last before the start of that one. Time between two spans is the host's own.
 */
import type { Span, SpanKind } from './span.ts'

export interface RunTimes {
  /** When it began. */
  startedAt: number
  endedAt: number
  /** Time in a queue before it began, in milliseconds. Default 0. */
  queuedMs?: number
  /** Ordered by `startedAt`. */
  spans: readonly Span[]
}

export interface CriticalPart {
  /** Undefined: the host, between steps. */
  step: string | undefined
  kind: SpanKind | 'host'
  ms: number
}

/** Lists the parts from the end to the start. Together they are as long as the run. */
export const findCriticalPath = ({ startedAt, endedAt, spans }: RunTimes): CriticalPart[] => {
  const byEnd = [...spans].sort((one, other) => other.endedAt - one.endedAt || other.startedAt - one.startedAt)
  const parts: CriticalPart[] = []
  let at = endedAt
  let next: Span | undefined
  for (const span of byEnd) {
    if (span.endedAt > at || span.endedAt <= startedAt) continue
    if (at > span.endedAt) parts.push({ step: undefined, kind: 'host', ms: at - span.endedAt })
    const from = Math.max(startedAt, span.startedAt)
    parts.push(...toParts(span, { from, heldUp: next !== undefined && areOtherItems(span, next) }))
    at = from
    next = span
  }
  if (at > startedAt) parts.push({ step: undefined, kind: 'host', ms: at - startedAt })
  return parts
}

const toParts = (span: Span, { from, heldUp }: { from: number; heldUp: boolean }): CriticalPart[] => {
  const { step, kind, lastStartedAt, endedAt, queuedMs: queued = 0 } = span
  const retryMs = Math.max(0, lastStartedAt - from)
  // Retries hold a slot too, but more slots do not make them fewer.
  const ownMs = endedAt - from - retryMs
  const queuedMs = heldUp ? 0 : Math.min(ownMs, queued)
  const parts: CriticalPart[] = [
    { step, kind: heldUp ? 'slot' : kind, ms: ownMs - queuedMs },
    { step, kind: 'queue', ms: queuedMs },
    { step, kind: 'retry', ms: retryMs },
  ]
  return parts.filter(({ ms }, place) => place === 0 || ms > 0)
}

const ITEM = /^(.*)\[(\d+)\](?:\/[^[\]]*)?$/

/** Items of one foreach wait for a slot, not for each other. */
const areOtherItems = (one: Span, other: Span): boolean => {
  const [, foreach, item] = ITEM.exec(one.path) ?? []
  const [, otherForeach, otherItem] = ITEM.exec(other.path) ?? []
  return foreach !== undefined && foreach === otherForeach && item !== otherItem
}
