const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

/** Parses a duration such as `500ms`, `30s`, `10m`, `4h` or `2d` into milliseconds. Undefined for other text. */
export const parseDuration = (text: string): number | undefined => {
  const [, amount, unit] = PATTERN.exec(text) ?? []
  if (amount === undefined || unit === undefined) return undefined
  return Math.round(Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS])
}

/** Formats a duration: `8ms`, `1.2s`, `3m 04s`, `2h 05m`. */
export const formatDuration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`
}
