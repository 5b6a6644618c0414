/**
 * Reads the milliseconds that a Retry-After header asks to wait (RFC 9110, 10.2.3): seconds, or a date. Undefined without a header, and
 * for other text. The date is an HTTP date such as `Sat, 31 Jan 2026 08:00:00 GMT`, and not RFC 3339: `Date.parse` reads it.
 */
export const parseRetryAfter = (header: string | undefined, nowMs: number): number | undefined => {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = /^[A-Z][a-z]{2},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
