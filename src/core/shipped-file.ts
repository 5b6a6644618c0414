import { readFileSync } from 'node:fs'
import { Defect } from './defect.ts'

/** The file is beside the source of its module; in a bundle, beside the bundle or one folder above. */
const PLACES = ['./', '../']

/** Reads a data file beside the module with this URL. build/build.ts copies it into the bundle. @throws Defect for a missing file */
export const readShippedFile = (name: string, moduleUrl: string): string => {
  for (const place of PLACES) {
    try {
      return readFileSync(new URL(place + name, moduleUrl), 'utf8')
    } catch {}
  }
  throw new Defect(`the file ${name} is missing: expected it beside the code`)
}
