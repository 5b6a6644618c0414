import type { IncomingMessage } from 'node:http'

export interface HttpResponse {
  status: number
  /** By lower-case name. A comma joins several values of one name. */
  headers: Record<string, string>
  /** Decoded; cut to 16 KB for a status that is not accepted. */
  body: Buffer
  /** The URL that answered, after redirects. */
  url: URL
}

export const joinHeaders = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )

/** Decodes by the charset of the Content-Type. Default, also for an unknown charset: UTF-8. */
export const decodeText = (bytes: Buffer, contentType: string): string => {
  const [, charset = 'utf-8'] = /;\s*charset="?([^\s;"]+)/i.exec(contentType) ?? []
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
