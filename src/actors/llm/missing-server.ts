/** Advises what to do when nothing answers at a provider's address. */
import { isInContainer } from './in-container.ts'
import { isVendorOf, type ServerAccess } from './provider-settings.ts'

/** The name under which a container sees the machine that it runs on. */
const HOST_OF_CONTAINER = 'host.docker.internal'
const LOOPBACK = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/

export const describeMissingServer = ({ server, settings }: ServerAccess, isContained = isInContainer()): string => {
  const { baseUrl } = settings
  const { program } = server
  const hostname = URL.parse(baseUrl)?.hostname ?? ''
  const place = describePlace(settings)
  if (isVendorOf(server, baseUrl)) return "check this machine's network"
  if (hostname === HOST_OF_CONTAINER) {
    const listen = program && `${program.name} on the host has to listen to more than itself: ${program.listen}; `
    return `${listen ?? ''}Docker on Linux knows the name with --add-host=${HOST_OF_CONTAINER}:host-gateway`
  }
  if (!LOOPBACK.test(hostname))
    return program ? `check ${place}, and that ${program.name} listens there: ${program.listen}` : `check ${place}`
  const start = program ? `start it with '${program.start}'` : 'start the server'
  return isContained
    ? `${start}; this is a container, so where it runs on the host: ${describeChange(place, baseUrl)}`
    : `${start}, or say where it is: ${describeChange(place)}`
}

/** Names the variable or the key of the config that holds a provider's address. */
export const describePlace = ({ name, addressName, variables }: ServerAccess['settings']): string =>
  addressName ?? variables?.address ?? `base_url of '${name}' in troupe.config.yaml`

/** @param url The present address of a server on the host of this container. */
const describeChange = (place: string, url?: string): string => {
  const isVariable = /^[A-Z_]+$/.test(place)
  if (url === undefined) return isVariable ? `export ${place}=…` : place
  const changed = new URL(url)
  changed.hostname = HOST_OF_CONTAINER
  // They may hold a key.
  changed.search = ''
  changed.hash = ''
  const text = changed.href.replace(/\/+$/, '')
  return isVariable ? `export ${place}=${text}` : `set ${place} to ${text}`
}
