import { readFileSync } from 'node:fs'

/** Reads package.json, which lies two folders above the source and one above the bundle. */
export const readVersion = (): string => {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'))
      if (name === 'troupe') return String(version)
    } catch {}
  }
  return 'unknown'
}
