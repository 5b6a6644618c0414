/**
 * Lets one client of an SDK serve all calls of a provider, as to make a client takes longer than to write a short request. The SDK passes
 * the fetch options of a call on to the client's `fetch`, with the request that they hold.
 */
import type { ModelRequest } from './model-request.ts'

const REQUEST = Symbol('request')

interface OfCall {
  [REQUEST]?: Pick<ModelRequest, 'fetch'>
}

/** The fetch options that an SDK takes: those of its own fields are left to it. */
type FetchOptions = OfCall & Omit<RequestInit, 'method' | 'headers' | 'body' | 'signal'>

/** Makes the fetch options of one call. */
export const toFetchOptions = (request: Pick<ModelRequest, 'fetch'>): FetchOptions => ({ [REQUEST]: request })

/** The `fetch` of a shared client. */
export const fetchForCall = (url: string | URL | Request, init?: RequestInit & OfCall): Promise<Response> => {
  const { [REQUEST]: request, ...rest } = init ?? {}
  if (request === undefined) throw new Error('a shared client was asked without the fetch options of a call')
  return request.fetch(url, rest)
}
