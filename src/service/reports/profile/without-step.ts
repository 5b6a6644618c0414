/**
 * How long a run would have taken if some of it had taken no time. Each span then starts as soon as everything has ended that had
 * ended before it did, and not sooner: a bit late where branches have nothing to do with each other, so that what is saved is
 * never said to be more than it is.
 */
import type { RunTimes } from './critical-path.ts'
import type { Span } from './span.ts'

/** Milliseconds. */
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
