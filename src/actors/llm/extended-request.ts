/** Adds headers, query and body fields of a provider's settings to a request that an SDK wrote. */
import { isJsonObject, tryParseJson } from '../../core/json.ts'
import type { ProviderSettings } from './provider.ts'

type Extras = Pick<ProviderSettings, 'headers' | 'query' | 'body'>

export const extendRequest = (
  url: string,
  init: RequestInit | undefined,
  extras: Extras,
): { url: string; init: RequestInit } => {
  const { headers, query, body } = extras
  return {
    url: query === undefined ? url : addQuery(url, query),
    init: {
      ...init,
      ...(headers !== undefined && { headers: addHeaders(init?.headers, headers) }),
      ...(body !== undefined && typeof init?.body === 'string' && { body: addFields(init.body, body) }),
    },
  }
}

const addQuery = (url: string, query: Readonly<Record<string, string>>): string => {
  const extended = new URL(url)
  for (const [name, value] of Object.entries(query)) extended.searchParams.set(name, value)
  return extended.href
}

const addHeaders = (given: RequestInit['headers'], own: Readonly<Record<string, string>>): Headers => {
  const headers = new Headers(given)
  for (const [name, value] of Object.entries(own)) headers.set(name, value)
  // It told the length of the body before fields were added.
  headers.delete('content-length')
  return headers
}

const addFields = (text: string, fields: NonNullable<Extras['body']>): string => {
  const body = tryParseJson(text)
  return isJsonObject(body) ? JSON.stringify({ ...body, ...fields }) : text
}
