/**
 * Estimates the duration of a run if some of its spans took no time. Each span then starts as soon as all spans that ended before its
 * start have ended, and not sooner. That is late for a span of an independent branch, so that the estimate never saves too much.
 */
import type { RunTimes } from './critical-path.ts'
import type { Span } from './span.ts'

/** Duration in milliseconds. */
export const durationWithout = (
  isLeftOut: (span: Span) => boolean,
  { startedAt, endedAt, spans }: RunTimes,
): number => {
  const order = spans.map((_, index) => index)
  const byEnd = order.toSorted((one, other) => endOf(spans, one) - endOf(spans, other))
  const ends: (number | undefined)[] = []
  let passed = 0
  let lastEnd = startedAt
  let newLastEnd = startedAt
  const pass = (until: number): void => {
    for (let next = byEnd[passed]; next !== undefined; next = byEnd[passed]) {
      const end = ends[next]
      if (end === undefined || endOf(spans, next) > until) return
      lastEnd = Math.max(lastEnd, endOf(spans, next))
      newLastEnd = Math.max(newLastEnd, end)
      passed++
    }
  }
  for (const [index, span] of spans.entries()) {
    pass(span.startedAt)
    const start = newLastEnd + Math.max(0, span.startedAt - lastEnd)
    ends[index] = start + (isLeftOut(span) ? 0 : span.endedAt - span.startedAt)
  }
  pass(Number.POSITIVE_INFINITY)
  return newLastEnd + Math.max(0, endedAt - lastEnd) - startedAt
}

const endOf = (spans: RunTimes['spans'], index: number): number => spans[index]?.endedAt ?? 0
