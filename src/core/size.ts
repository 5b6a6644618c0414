const UNIT_BYTES = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const

const PATTERN = /^(\d+(?:\.\d+)?)(b|kb|mb|gb)$/i

/** Parses a size such as `512kb` or `64mb` (powers of 1024) into bytes. Undefined for other text. */
export const parseSize = (text: string): number | undefined => {
  const [, amount, unit] = PATTERN.exec(text) ?? []
  if (amount === undefined || unit === undefined) return undefined
  return Math.round(Number(amount) * UNIT_BYTES[unit.toLowerCase() as keyof typeof UNIT_BYTES])
}

/** Formats a size: `310 B`, `1.5 KB`, `20.0 MB`, `76.9 GB`. */
export const formatSize = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KB`
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MB`
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`
}
