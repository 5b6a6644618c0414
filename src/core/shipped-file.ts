import { readFileSync } from 'node:fs'
import { Defect } from './defect.ts'

/** A module finds the file beside its source; bundled, beside its bundle or one folder above. */
const PLACES = ['./', '../']

/** The text of a data file that lies beside the module with this URL. build/build.ts copies it into the bundle. @throws Defect where it is missing */
export const readShippedFile = (name: string, moduleUrl: string): string => {
  for (const place of PLACES) {
    try {
      return readFileSync(new URL(place + name, moduleUrl), 'utf8')
    } catch {}
  }
  throw new Defect(`the file ${name} is missing: expected it beside the code`)
}
