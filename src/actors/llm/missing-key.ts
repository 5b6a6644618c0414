/** Finds a key that is needed and missing, or can't be sent, before anything is asked. */
import { Fault } from '../../core/fault.ts'
import type { ProviderSettings } from './provider.ts'
import { describeKeyPlace } from './provider-fault.ts'

type Keyed = Pick<ProviderSettings, 'apiKey' | 'keyVariable' | 'keyProblem' | 'variables'> & { name: string }

/** @throws Fault `unauthorized` for a needed key that is missing, and for one that can't be sent */
export const expectKey = (settings: Keyed): void => {
  const fault = findMissingKey(settings)
  if (fault !== undefined) throw fault
}

/** Undefined: the key can be sent, or none is needed. */
export const findMissingKey = ({ name, apiKey, keyVariable, keyProblem, variables }: Keyed): Fault | undefined => {
  // `fetch` trims as well: a pasted key may end with its line.
  if (apiKey && NOT_IN_A_HEADER.test(apiKey.trim())) {
    const message = `${describeKeyPlace({ name, keyVariable })} holds a character that can't be sent: expected letters, digits and signs of ASCII\ncopy it again`
    return new Fault('unauthorized', message, { details: { provider: name } })
  }
  if (apiKey || keyVariable === undefined) return undefined
  const problem = keyProblem ?? describeUnset(keyVariable, variables?.keys)
  return new Fault('unauthorized', `provider '${name}' has no key: ${problem}`, { details: { provider: name } })
}

const NOT_IN_A_HEADER = /[^\x20-\x7e]/

const describeUnset = (variable: string, all: readonly string[] = []): string => {
  const [first, second] = all.includes(variable) ? all : [variable]
  const unset = second === undefined ? `${variable} is not set` : `neither ${first} nor ${second} is set`
  // Options of the library have names that are no variables.
  return /^[A-Z][A-Z0-9_]*$/.test(variable)
    ? `${unset}\nset it: export ${first}=…, or in troupe.config.yaml: secrets: { ${first}: { file: PATH } }`
    : unset
}
