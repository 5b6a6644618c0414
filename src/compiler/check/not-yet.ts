/** Features that this release reads and checks, and cannot run. */
import type { Catalogue } from '../catalogue.ts'
import type { Located } from '../document.ts'
import type { Range } from '../source.ts'

export interface NotYet {
  range: Range
  message: string
}

export const notYet = (range: Range, what: string): NotYet => ({ range, message: `${what} comes in a later release` })

export const findUnavailableProvider = ({ value, range }: Located<string>, { providers }: Catalogue): NotYet[] => {
  const provider = providers.get(value.slice(0, value.indexOf('/')))
  return provider === undefined || provider.available ? [] : [notYet(range, `the provider '${provider.name}'`)]
}
