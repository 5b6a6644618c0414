const UNITS: readonly [unit: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]

/** Time since a start, in the largest unit that divides it: ` at 90s`; at the start itself nothing. */
export const formatWhen = (ms: number): string => {
  if (ms === 0) return ''
  const [unit, size] = UNITS.find(([, each]) => ms % each === 0) ?? ['ms', 1]
  return ` at ${ms / size}${unit}`
}
