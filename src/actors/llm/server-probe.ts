/**
 * Asks a provider's server which models it has, reaching it as a run would. `doctor --online` uses it; runs do not.
 *
 * It asks servers on this machine and on private networks alone, and decides on the address that it connects to. It does not look up
 * the names of vendors.
 */
import { lookup } from 'node:dns'
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { Fault, isFault } from '../../core/fault.ts'
import { isOwnNetwork } from '../tools/http/address.ts'
import { toConnectionFault } from './connection-fault.ts'
import { readModelList } from './model-list.ts'
import { type Asked, readVendorError, toVendorFault } from './provider-fault.ts'
import { expectUrl, toServerAccess } from './provider-settings.ts'
import { expectServer, isVendorUrl, type ProviderAccess, withVariables } from './providers.ts'

export type ServerState =
  /** `models`: undefined when the server does not list them. */
  | { kind: 'answers'; url: string; models: readonly string[] | undefined }
  /** The server of a vendor, or on the public internet: it was not asked. */
  | { kind: 'public'; url: string }
  /** On this machine or a private network, by its address; only a probe that is online asks it. */
  | { kind: 'unasked'; url: string }
  | { kind: 'failed'; fault: Fault }

export interface ProbeOptions {
  /** The most that the whole answer may take. Default 2,000. */
  timeoutMs?: number
  /** Told of each server just before it is asked. Default: no server is asked. */
  onAsk?: ((name: string, url: string) => void) | undefined
}

/** Never throws. */
export const probeServer = async (
  name: string,
  { kind, settings }: ProviderAccess,
  { timeoutMs = 2_000, onAsk }: ProbeOptions = {},
): Promise<ServerState> => {
  try {
    const server = expectServer(kind)
    if (server.readAddress === undefined) expectUrl(name, settings.baseUrl)
    const access = toServerAccess(server, withVariables(name, settings))
    const { baseUrl } = access.settings
    if (isVendorUrl(baseUrl)) return { kind: 'public', url: baseUrl }
    if (onAsk === undefined) return { kind: 'unasked', url: baseUrl }
    const url = new URL(`${baseUrl}${server.probe.path}`)
    if (isPublicLiteral(url)) return { kind: 'public', url: baseUrl }
    onAsk(name, baseUrl)
    return await ask(url, { asked: { ...access, model: '', url: url.href }, timeoutMs })
  } catch (thrown) {
    if (isFault(thrown)) return { kind: 'failed', fault: thrown }
    throw thrown
  }
}

interface Probe {
  asked: Asked
  timeoutMs: number
}

const ask = async (url: URL, { asked, timeoutMs }: Probe): Promise<ServerState> => {
  const { baseUrl } = asked.settings
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
  const { name, baseUrl: url } = asked.settings
  const { isRequired, usualPath } = asked.server.probe
  const lacksPath = usualPath !== undefined && URL.parse(url)?.pathname === '/'
  if (status === 404 && !isRequired && !lacksPath) return { kind: 'answers', url, models: undefined }
  if (status >= 400 && status !== 404) throw toVendorFault(readVendorError(text, status), { ...asked, nowMs: 0 })
  const models = status === 200 ? readModelList(text) : undefined
  if (models !== undefined) return { kind: 'answers', url, models }
  throw toStranger(
    asked,
    lacksPath ? `most addresses of this kind end in ${usualPath}` : `check the address of '${name}'`,
  )
}

const toStranger = ({ server, url, settings: { name } }: Asked, hint: string): Fault => {
  const { probe, program } = server
  const what = probe.isRequired && program ? `is not ${program.name}` : 'sends no list of models'
  return new Fault('unavailable', `what answers for '${name}' at ${url} ${what}\n${hint}`)
}

const toSilence = ({ settings: { name, baseUrl } }: Asked, timeoutMs: number): Fault =>
  new Fault(
    'unavailable',
    `'${name}' at ${baseUrl} did not answer within ${timeoutMs / 1000} s\ncheck whether it is busy, and whether that is its address`,
  )

const toHeaders = ({ server, settings }: Asked): Record<string, string> => {
  // `fetch` trims as well: a pasted key may end with its line.
  const apiKey = settings.apiKey?.trim()
  return apiKey ? server.probe.headers(apiKey) : {}
}

const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024

const get = async (url: URL, options: RequestOptions): Promise<{ status: number; text: string }> => {
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

const isPublicLiteral = ({ hostname }: URL): boolean => {
  const literal = hostname.replace(/^\[|\]$/g, '')
  return isIP(literal) !== 0 && !isOwnNetwork(literal)
}

/** Thrown for an address on the public internet. */
const NOT_OURS = new Error('a public address')

/** Takes a name for public where one of its addresses is. */
const lookUpOwn: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '')
    if (!found.every(({ address }) => isOwnNetwork(address))) return callback(NOT_OURS, '')
    const [first] = found
    if (options.all) return callback(null, found)
    return callback(null, first?.address ?? '', first?.family)
  })
}
