/** A key that is needed and not there, or can't be one: known before anything is asked. */
import { Fault } from '../../core/fault.ts'
import type { ProviderSettings } from './provider.ts'
import { findBuiltInKind, KIND_FACTS } from './provider-kind.ts'

type Keyed = Pick<ProviderSettings, 'apiKey' | 'keyVariable' | 'keyProblem'> & { name: string }

/** @throws Fault `unauthorized` when a key is needed and there is none, or one that can't be sent. */
export const expectKey = (settings: Keyed): void => {
  const fault = findMissingKey(settings)
  if (fault !== undefined) throw fault
}

/** Undefined: there is one that can be sent, or none is needed. */
export const findMissingKey = ({ name, apiKey, keyVariable, keyProblem }: Keyed): Fault | undefined => {
  // As `fetch` does: a key that was pasted may end with its line.
  if (apiKey && NOT_IN_A_HEADER.test(apiKey.trim())) {
    const key = keyVariable === undefined ? `the key of provider '${name}'` : `the key in ${keyVariable}`
    const message = `${key} holds a character that can't be sent: expected letters, digits and signs of ASCII\ncopy it again`
    return new Fault('unauthorized', message, { details: { provider: name } })
  }
  if (apiKey || keyVariable === undefined) return undefined
  const problem = keyProblem ?? describeUnset(name, keyVariable)
  return new Fault('unauthorized', `provider '${name}' has no key: ${problem}`, { details: { provider: name } })
}

const NOT_IN_A_HEADER = /[^\x20-\x7e]/

const describeUnset = (name: string, variable: string): string => {
  const kind = findBuiltInKind(name)
  const all = kind === undefined ? [] : KIND_FACTS[kind].keys
  const [first, second] = all.includes(variable) ? all : [variable]
  const unset = second === undefined ? `${variable} is not set` : `neither ${first} nor ${second} is set`
  // A library's options have names that are no variables.
  return /^[A-Z][A-Z0-9_]*$/.test(variable)
    ? `${unset}\nset it: export ${first}=…, or in troupe.config.yaml: secrets: { ${first}: { file: PATH } }`
    : unset
}
