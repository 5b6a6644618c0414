/**
 * Asks a provider's server which models it has, as a run would reach it. For those who look for what is missing, not for runs.
 *
 * It asks servers on this machine and on networks of one's own, and nobody else: what is asked is decided on the address that is
 * connected to. Vendors are not even looked up.
 */
import { lookup } from 'node:dns'
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { Fault, isFault } from '../../core/fault.ts'
import { isOwnNetwork } from '../tools/http/address.ts'
import { toConnectionFault } from './connection-fault.ts'
import { readModelList } from './model-list.ts'
import { toOllamaUrl } from './ollama/ollama-address.ts'
import { type Asked, readVendorError, toVendorFault } from './provider-fault.ts'
import { isVendorUrl, KIND_FACTS, type ProviderKind } from './provider-kind.ts'
import { expectUrl, type ProviderAccess } from './providers.ts'

export type ServerState =
  /** `models`: undefined when it does not list them. */
  | { kind: 'answers'; url: string; models: readonly string[] | undefined }
  /** A vendor, or on the public internet: it was not asked. */
  | { kind: 'public'; url: string }
  | { kind: 'failed'; fault: Fault }

export interface ProbeOptions {
  /** Until the whole answer is there. Default 2,000. */
  timeoutMs?: number
}

/** Never throws. */
export const probeServer = async (
  name: string,
  { kind, settings }: ProviderAccess,
  { timeoutMs = 2_000 }: ProbeOptions = {},
): Promise<ServerState> => {
  try {
    const baseUrl = toBaseUrl(name, { kind, settings })
    if (isVendorUrl(baseUrl)) return { kind: 'public', url: baseUrl }
    const url = new URL(`${baseUrl}${LISTS[kind]}`)
    const asked: Asked = { kind, settings: { ...settings, name, baseUrl }, model: '', url: url.href }
    return await ask(url, { asked, timeoutMs })
  } catch (thrown) {
    if (isFault(thrown)) return { kind: 'failed', fault: thrown }
    throw thrown
  }
}

/** Where each kind lists its models. */
const LISTS: Readonly<Record<ProviderKind, string>> = {
  openai: '/models',
  anthropic: '/v1/models',
  gemini: '/v1beta/models',
  ollama: '/api/tags',
}

/** Without a slash at its end. @throws Fault `invalid_input` */
const toBaseUrl = (name: string, { kind, settings: { baseUrl } }: ProviderAccess): string => {
  if (kind === 'ollama') return toOllamaUrl(baseUrl)
  expectUrl(name, baseUrl)
  return (baseUrl || KIND_FACTS[kind].url).replace(/\/+$/, '')
}

interface Probe {
  asked: Asked
  timeoutMs: number
}

const ask = async (url: URL, { asked, timeoutMs }: Probe): Promise<ServerState> => {
  const { baseUrl = '' } = asked.settings
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const { status, text } = await get(url, { headers: toHeaders(asked), signal })
    return readAnswer({ status, text }, asked)
  } catch (error) {
    if (error === NOT_OURS) return { kind: 'public', url: baseUrl }
    if (isFault(error)) throw error
    throw signal.aborted ? toSilence(asked, timeoutMs) : toConnectionFault(error, asked)
  }
}

const readAnswer = ({ status, text }: { status: number; text: string }, asked: Asked): ServerState => {
  const { baseUrl: url = '' } = asked.settings
  const lacksPath = asked.kind === 'openai' && URL.parse(url)?.pathname === '/'
  // Not every server lists its models.
  if (status === 404 && asked.kind !== 'ollama' && !lacksPath) return { kind: 'answers', url, models: undefined }
  if (status >= 400 && status !== 404) throw toVendorFault(readVendorError(text, status), { ...asked, nowMs: 0 })
  const models = status === 200 ? readModelList(text) : undefined
  if (models !== undefined) return { kind: 'answers', url, models }
  throw toStranger(
    asked,
    lacksPath ? 'most addresses of this kind end in /v1' : `check the address of '${asked.settings.name}'`,
  )
}

const toStranger = ({ kind, url, settings: { name } }: Asked, hint: string): Fault => {
  const what = kind === 'ollama' ? 'is not Ollama' : 'sends no list of models'
  return new Fault('unavailable', `what answers for '${name}' at ${url} ${what}\n${hint}`)
}

const toSilence = ({ settings: { name, baseUrl } }: Asked, timeoutMs: number): Fault =>
  new Fault(
    'unavailable',
    `'${name}' at ${baseUrl} did not answer within ${timeoutMs / 1000} s\ncheck whether it is busy, and whether that is its address`,
  )

/** As the SDK of each kind sends its key. */
const toHeaders = ({ kind, settings }: Asked): Record<string, string> => {
  // As `fetch` does: a key that was pasted may end with its line.
  const apiKey = settings.apiKey?.trim()
  if (!apiKey) return {}
  if (kind === 'anthropic') return { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }
  return kind === 'gemini' ? { 'x-goog-api-key': apiKey } : { authorization: `Bearer ${apiKey}` }
}

const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024

const get = async (url: URL, options: RequestOptions): Promise<{ status: number; text: string }> => {
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && !isOwnNetwork(literal)) throw NOT_OURS
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    send(url, { ...options, agent: false, lookup: lookUpOwn }, resolve)
      .on('error', reject)
      .end()
  })
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > LONGEST_ANSWER_BYTES) break
    chunks.push(chunk)
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }
}

/** Thrown where an address is nobody's but the public internet's. */
const NOT_OURS = new Error('a public address')

/** A name with a public address among its own is taken for public. */
const lookUpOwn: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '')
    if (!found.every(({ address }) => isOwnNetwork(address))) return callback(NOT_OURS, '')
    const [first] = found
    if (options.all) return callback(null, found)
    return callback(null, first?.address ?? '', first?.family)
  })
}
