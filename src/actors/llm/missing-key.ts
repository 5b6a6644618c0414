/** A key that is needed and not there: known before anything is asked. */
import { Fault } from '../../core/fault.ts'
import type { ProviderSettings } from './provider.ts'
import { findBuiltInKind, KIND_FACTS } from './provider-kind.ts'

type Keyed = Pick<ProviderSettings, 'apiKey' | 'keyVariable' | 'keyProblem'> & { name: string }

/** @throws Fault `unauthorized` when a key is needed and there is none. */
export const expectKey = (settings: Keyed): void => {
  const fault = findMissingKey(settings)
  if (fault !== undefined) throw fault
}

/** Undefined: there is one, or none is needed. */
export const findMissingKey = ({ name, apiKey, keyVariable, keyProblem }: Keyed): Fault | undefined => {
  if (apiKey || keyVariable === undefined) return undefined
  const problem = keyProblem ?? describeUnset(name, keyVariable)
  return new Fault('unauthorized', `provider '${name}' has no key: ${problem}`, { details: { provider: name } })
}

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
