import type { IncomingMessage } from 'node:http'

export interface HttpResponse {
  status: number
  /** By lower-case name; several values of one name are joined by a comma. */
  headers: Record<string, string>
  /** Decoded; of an answer that is not accepted only the first 16 KB. */
  body: Buffer
  /** Where it came from. */
  url: URL
}

export const joinHeaders = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
