/** Examines the providers that workflows use: their keys, their servers, and the models there. It calls no model. */
import { findMissingKey } from '../../actors/llm/missing-key.ts'
import { expectServer, type ProviderAccess, withVariables } from '../../actors/llm/providers.ts'
import { type ProbeOptions, probeServer, type ServerState } from '../../actors/llm/server-probe.ts'
import type { Fault } from '../../core/fault.ts'
import type { Providers } from './provider-access.ts'

export interface ProviderHealth {
  name: string
  /** `none`: the provider needs no key. */
  key: { kind: 'set'; variable: string | undefined } | { kind: 'none' } | { kind: 'missing'; fault: Fault }
  server: ServerState
  models: ModelHealth[]
}

export interface ModelHealth {
  /** Without the provider. */
  model: string
  /** Undefined: unknown, as the server was not asked or lists no models. */
  isThere: boolean | undefined
  /** Command that downloads the model; undefined where there is none. */
  pull: string | undefined
}

/** @param models `provider/name`. Providers that need neither key nor server are skipped. */
export const examineProviders = (
  models: Iterable<string>,
  { providers, ...options }: ProbeOptions & { providers: Providers },
): Promise<ProviderHealth[]> => {
  const used = new Map<string, string[]>()
  for (const model of models) {
    const [, name = '', rest = ''] = /^([^/]*)\/(.*)$/s.exec(model) ?? []
    if (Object.hasOwn(providers, name)) used.set(name, [...(used.get(name) ?? []), rest])
  }
  return Promise.all(
    [...used].map(([name, own]) => examine({ name, models: own, access: providers[name] as ProviderAccess }, options)),
  )
}

interface UsedProvider {
  name: string
  models: readonly string[]
  access: ProviderAccess
}

const examine = async ({ name, models, access }: UsedProvider, options: ProbeOptions): Promise<ProviderHealth> => {
  const server = await probeServer(name, access, options)
  return {
    name,
    key: examineKey(name, access),
    server,
    models: models.map((model) => examineModel(model, { name, access, server })),
  }
}

const examineKey = (name: string, { settings }: ProviderAccess): ProviderHealth['key'] => {
  const fault = findMissingKey(withVariables(name, settings))
  if (fault !== undefined) return { kind: 'missing', fault }
  return settings.apiKey ? { kind: 'set', variable: settings.keyVariable } : { kind: 'none' }
}

const examineModel = (
  model: string,
  { name, access: { kind }, server }: { name: string; access: ProviderAccess; server: ServerState },
): ModelHealth => {
  if (server.kind !== 'answers' || server.models === undefined) return { model, isThere: undefined, pull: undefined }
  const definition = expectServer(kind)
  const pull = definition.pull?.({ name, model, url: server.url })
  const isThere = server.models.some(
    (one) => one === model || (pull !== undefined && definition.isSameModel?.(one, model)),
  )
  return { model, isThere, pull }
}
