/** Settings of a provider, completed by its definition. */
import { Fault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { findConflicts } from '../../core/parameter-conflicts.ts'
import type { LlmRequest, ProviderSettings } from './provider.ts'
import type { ModelServer } from './provider-definition.ts'

/** A server that is set up. */
export interface ServerAccess {
  server: ModelServer
  /** `baseUrl` has no slash at its end. */
  settings: ProviderSettings & { name: string; baseUrl: string }
}

/** Undefined settings default to the vendor's. @throws Fault `invalid_input` for a wrong address */
export const toServerAccess = (server: ModelServer, given: ProviderSettings): ServerAccess => {
  const { kind, variables, url, readAddress } = server
  const baseUrl = readAddress?.(given.baseUrl) ?? (given.baseUrl || url).replace(/\/+$/, '')
  const own = given.name === undefined ? { name: kind, variables } : { name: given.name }
  return { server, settings: { ...given, ...own, baseUrl } }
}

/** Undefined for an address that is no URL with http or https, and for one with a user or a password. */
export const parseAddress = (address: string): URL | undefined => {
  const url = URL.parse(address)
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  return isPlain ? url : undefined
}

/** Refuses an address without repeating it, as it may hold a password. @throws Fault `invalid_input` */
export const expectUrl = (name: string, baseUrl: string | undefined): void => {
  if (baseUrl === undefined || baseUrl === '' || parseAddress(baseUrl) !== undefined) return
  const rule = 'expected a URL with http or https, without a user and a password'
  throw new Fault('invalid_input', `the address of provider '${name}' is wrong: ${rule}`)
}

/** @throws Fault `invalid_input` for a level that the vendor has no word for. Dropping it would surprise. */
export const expectReasoning = ({ kind, reasoning: levels }: ModelServer, reasoning: JsonValue | undefined): void => {
  if (reasoning === undefined || levels === undefined || levels.some((level) => level === reasoning)) return
  throw new Fault(
    'invalid_input',
    `'reasoning' is no level that ${kind} has: expected one of ${levels.join(', ')}, got ${JSON.stringify(reasoning)}`,
  )
}

/** Refuses parameters whose values expressions gave; the check has found the others. @throws Fault `invalid_input` */
export const expectNoConflict = (
  { server: { conflicts = [] }, settings: { name } }: ServerAccess,
  { model, messages, params }: LlmRequest,
): void => {
  const values = new Map<string, JsonValue>(Object.entries(params))
  values.set('messages', messages.at(-1)?.role ?? 'user')
  const [found] = findConflicts(conflicts, { model: `${name}/${model}`, values })
  if (found !== undefined) throw new Fault('invalid_input', `${found.message}\n${found.hint}`)
}

/** True for the vendor's own address. A server on a machine of one's own has no vendor. */
export const isVendorOf = ({ isLocal, url: own, hostEndings }: ModelServer, url: string): boolean => {
  const host = URL.parse(url)?.hostname
  if (isLocal || host === undefined) return false
  return hostEndings?.some((ending) => host.endsWith(ending)) ?? host === URL.parse(own)?.hostname
}
