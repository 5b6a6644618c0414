/**
 * The project's `http.allow`: private hosts and addresses that http tools may reach. An entry is compared whole, without wildcards and
 * ranges. Without a port it admits every port.
 */
import { isSameAddress } from './address.ts'

interface Entry {
  host: string
  port: number | undefined
}

export interface AllowList {
  /** True: the host is allowed by name, whatever it resolves to. */
  hasHost(host: string, port: number): boolean
  hasAddress(address: string, port: number): boolean
}

export const parseAllowList = (texts: readonly string[]): AllowList => {
  const entries = texts.map(parseEntry)
  const isOpen = (port: number) => (entry: Entry) => entry.port === undefined || entry.port === port
  return {
    hasHost: (host, port) => entries.filter(isOpen(port)).some((entry) => entry.host === normaliseHost(host)),
    hasAddress: (address, port) => entries.filter(isOpen(port)).some((entry) => isSameAddress(entry.host, address)),
  }
}

/** Parses `host`, `host:port`, `1.2.3.4:80`, `[::1]:80` or `::1`. */
const parseEntry = (text: string): Entry => {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text.trim()) ?? []
  const host = bracketed ?? plain
  if (host === undefined) return { host: normaliseHost(text.trim()), port: undefined }
  return { host: normaliseHost(host), port: port === undefined ? undefined : Number(port) }
}

/** Writes a host as `URL.hostname` does, without brackets and without the dot of the root. */
export const normaliseHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
