/** What to do when nothing answers where a provider is thought to be. */
import { isInContainer } from './in-container.ts'
import { findBuiltInKind, isVendorUrl, KIND_FACTS, type ProviderKind } from './provider-kind.ts'

export interface MissingServer {
  /** As in `provider/name`. */
  name: string
  kind: ProviderKind
  /** The base URL. */
  url: string
  /** What says where it is. Default: the variable of a built-in provider, `base_url` in the config of any other. */
  addressName?: string | undefined
}

/** How a container sees the machine that it runs on. */
const HOST_OF_CONTAINER = 'host.docker.internal'
const LOOPBACK = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/

/** What Ollama needs to be reached from elsewhere. */
const LISTEN_TO_ALL = 'OLLAMA_HOST=0.0.0.0 ollama serve'

export const describeMissingServer = (server: MissingServer, isContained = isInContainer()): string => {
  const { kind, url } = server
  const hostname = URL.parse(url)?.hostname ?? ''
  const place = describePlace(server)
  if (isVendorUrl(url)) return "check this machine's network"
  if (hostname === HOST_OF_CONTAINER)
    return `${kind === 'ollama' ? `Ollama on the host has to listen to more than itself: ${LISTEN_TO_ALL}; ` : ''}Docker on Linux knows the name with --add-host=${HOST_OF_CONTAINER}:host-gateway`
  if (!LOOPBACK.test(hostname))
    return kind === 'ollama' ? `check ${place}, and that Ollama listens there: ${LISTEN_TO_ALL}` : `check ${place}`
  const start = kind === 'ollama' ? "start it with 'ollama serve'" : 'start the server'
  return isContained
    ? `${start}; this is a container, so where it runs on the host: ${describeChange(server, url)}`
    : `${start}, or say where it is: ${describeChange(server)}`
}

/** What says where a provider is: a variable, or a key of the config. */
export const describePlace = ({ name, addressName }: MissingServer): string => {
  const builtIn = findBuiltInKind(name)
  return (
    addressName ?? (builtIn === undefined ? `base_url of '${name}' in troupe.config.yaml` : KIND_FACTS[builtIn].address)
  )
}

/** @param url In a container: the address as it is now, of which the host is to be another. */
const describeChange = (server: MissingServer, url?: string): string => {
  const place = describePlace(server)
  if (url === undefined) return /^[A-Z_]+$/.test(place) ? `export ${place}=…` : place
  const changed = new URL(url)
  changed.hostname = HOST_OF_CONTAINER
  // It may hold a key.
  changed.search = ''
  changed.hash = ''
  const text = changed.href.replace(/\/+$/, '')
  return /^[A-Z_]+$/.test(place) ? `export ${place}=${text}` : `set ${place} to ${text}`
}
