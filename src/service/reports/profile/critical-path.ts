/**
 * The critical path of a run: the chain of spans that its end waited for. From the end backwards: what ended last before, and
 * when that began, what ended last before that. What lies between two of them is the host's own.
 */
import type { Span, SpanKind } from './span.ts'

export interface RunTimes {
  startedAt: number
  endedAt: number
  /** By `startedAt`. */
  spans: readonly Span[]
}

export interface CriticalPart {
  /** Undefined: the host itself, between steps. */
  step: string | undefined
  kind: SpanKind | 'host'
  ms: number
}

/** Its parts, from the end to the start: together as long as the run. */
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
  const { step, kind, lastStartedAt, endedAt } = span
  if (heldUp) return [{ step, kind: 'slot', ms: endedAt - from }]
  const retryMs = Math.max(0, lastStartedAt - from)
  const own: CriticalPart = { step, kind, ms: endedAt - from - retryMs }
  return retryMs === 0 ? [own] : [own, { step, kind: 'retry', ms: retryMs }]
}

const ITEM = /^(.*)\[(\d+)\](?:\/[^[\]]*)?$/

/** Items of one foreach do not wait for each other, but for a slot. */
const areOtherItems = (one: Span, other: Span): boolean => {
  const [, foreach, item] = ITEM.exec(one.path) ?? []
  const [, otherForeach, otherItem] = ITEM.exec(other.path) ?? []
  return foreach !== undefined && foreach === otherForeach && item !== otherItem
}
