/**
 * Maps a vendor's refusal to a fault, by its HTTP status and by the error that an answer holds.
 *
 * The message repeats the vendor's own words, without the key and without parts of it, which vendors repeat where the key is wrong.
 */
import { Fault } from '../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue, tryParseJson } from '../../core/json.ts'
import { parseRetryAfter } from '../tools/http/retry-after.ts'
import type { ServerAccess } from './provider-settings.ts'

/** A request to a server. */
export interface Asked extends ServerAccess {
  /** Without the provider; empty when no model was asked for. */
  model: string
  /** Messages show only its origin and path. */
  url: string
}

/** The error that a vendor reports; `status` is guessed where the vendor sends none. */
export interface VendorError {
  status: number
  message: string
  /** The vendor's own word: `insufficient_quota`. */
  code: string
  /** The wait that the body asks for, as Google's bodies do. */
  retryAfterMs?: number
}

const LONGEST_WORDS = 500

/** Patterns of two words may look at all characters between them for each first word. */
const LONGEST_JUDGED = 4_000

export interface StatusContext extends Asked {
  headers?: Headers
  /** Epoch milliseconds, for a Retry-After that is a date. */
  nowMs: number
}

export const toVendorFault = (error: VendorError, context: StatusContext): Fault => {
  const { code, retryable, hint } = judge({ ...error, message: error.message.slice(0, LONGEST_JUDGED) }, context)
  const details: JsonObject = { provider: context.settings.name, model: context.model, status: error.status }
  const retryAfterMs = readRetryAfter(context, error)
  if (retryAfterMs !== undefined) details.retry_after_ms = retryAfterMs
  const words = toWords(error.message, context)
  const subject = [context.settings.name, ...(context.model === '' ? [] : [context.model])].join('/')
  const what = `'${subject}' answered ${error.status}${words === '' ? '' : `: ${words}`}`
  return new Fault(code, hint === '' ? what : `${what}\n${hint}`, { retryable, details })
}

interface Verdict {
  code: string
  retryable: boolean
  hint: string
}

const judge = ({ status, code, message }: VendorError, asked: Asked): Verdict => {
  const final = (name: string, hint = ''): Verdict => ({ code: name, retryable: false, hint })
  const passing = (name: string, hint = ''): Verdict => ({ code: name, retryable: true, hint })
  if (/content_?(filter|policy)/i.test(code)) return final('refused')
  // Groq judges the model's own answer, and refuses the request for it.
  if (MISWRITTEN_CODES.test(code))
    return passing('invalid_output', 'the model wrote an answer that its server could not read')
  // Vendors send it with 402, and with 400, 403 or 429 as well. A retry gets the same answer.
  if (status === 402 || (status < 500 && (UNPAID_CODES.test(code) || UNPAID_WORDS.test(message))))
    return final('unauthorized', describeUnpaid(asked))
  // Google answers a wrong key with 400.
  if (status === 401 || status === 403 || /api_key_invalid/i.test(code))
    return final('unauthorized', describeKey(asked))
  if (status < 500 && (TOO_LONG_CODES.test(code) || TOO_LONG_WORDS.test(message)))
    return final('too_large', 'send less, or name a model with a larger context window')
  if (UNDEPLOYED_CODES.test(code))
    return final(
      'not_found',
      `models of '${asked.settings.name}' are named by their deployments: create one of this name, or name another; a new one takes some minutes`,
    )
  if (status < 500 && (GONE_CODES.test(code) || GONE_WORDS.test(message)))
    return final('not_found', 'the vendor has retired this model, or never had it: name another one')
  if (status === 404 || status === 410) return final('not_found', describeMissing(asked, message))
  if (status === 408) return passing('timeout')
  if (status === 413) return final('too_large')
  if (status === 429) return passing('rate_limited')
  if (status === 409 || status === 425) return passing('unavailable')
  return status >= 500 ? passing('unavailable') : final('invalid_input')
}

/** `insufficient_quota` and `billing_not_active` of OpenAI and compatible servers, `billing_error` of Anthropic. */
const UNPAID_CODES = /insufficient_?(quota|balance|funds|credits?)|billing|payment_required/i
const UNPAID_WORDS = /credit balance is too low|insufficient (account )?(balance|funds|credits?)\b/i

const MISWRITTEN_CODES = /tool_use_failed|json_validate_failed|output_parse_failed/i

/** `context_length_exceeded` of OpenAI; the words of Anthropic, Gemini, Mistral, vLLM and others for a request beyond the context window. */
const TOO_LONG_CODES = /context_?(length|window)_?exceeded|string_above_max_length|prompt_too_long/i
const TOO_LONG_WORDS =
  /maximum context length|context (length|window|size)[^.]*exceed|exceed[^.]*context (length|window|size)|prompt is too long|input token count[^.]*exceeds|too large for model/i

/** `model_decommissioned` of Groq, `model_not_found` of OpenAI, which some servers send with 400. */
const GONE_CODES = /model_(decommissioned|not_found|deprecated|not_available)|model_retired/i
const GONE_WORDS = /model[^.]* (has been|was|is) (decommissioned|deprecated|retired|shut down|discontinued)/i

/** Azure names models by their deployments. */
const UNDEPLOYED_CODES = /deployment_?not_?found/i

const describeUnpaid = ({ settings: { name, keyVariable } }: Asked): string => {
  const key = describeKeyPlace({ name, keyVariable })
  return `the account of ${key} can't pay for this call: add credit or raise its limit where the vendor bills it, or name another model; it does not help to wait`
}

const describeKey = ({ settings: { name, apiKey, keyVariable, variables } }: Asked): string => {
  const variable = describeKeyPlace({ name, keyVariable })
  if (apiKey) return `${variable} was not accepted, or may not use this model`
  const [own] = variables?.keys ?? []
  const place = own === undefined ? "name a secret as its 'key' in troupe.config.yaml" : `set it: export ${own}=…`
  return `a key is needed, and provider '${name}' has none: ${place}`
}

export const describeKeyPlace = ({ name, keyVariable }: { name: string; keyVariable?: string | undefined }): string =>
  keyVariable === undefined ? `the key of provider '${name}'` : `the key in ${keyVariable}`

/** A server whose words name no model has something else at that address. */
const describeMissing = ({ server, model, url, settings: { name, baseUrl } }: Asked, words: string): string => {
  const pull = /model/i.test(words) ? server.pull?.({ name, model, url: baseUrl }) : undefined
  return pull === undefined ? `check the model's name, and the address ${showUrl(url)}` : `get it first: ${pull}`
}

const readRetryAfter = ({ headers, nowMs }: StatusContext, error: VendorError): number | undefined => {
  const exact = headers?.get('retry-after-ms')
  return exact && /^\d{1,12}(\.\d+)?$/.test(exact)
    ? Math.ceil(Number(exact))
    : (parseRetryAfter(headers?.get('retry-after') ?? undefined, nowMs) ?? error.retryAfterMs)
}

/** Puts a vendor's words into one line, without the key and without parts of it. */
export const toWords = (message: string, { settings: { apiKey } }: Asked): string => {
  const clean = apiKey ? message.replaceAll(apiKey, '[key]') : message
  const line = clean.toWellFormed().replace(/\s+/g, ' ').trim().slice(0, LONGEST_WORDS)
  return line.replace(/[^\s"'`,;()<>]+/g, (word) =>
    word !== '[key]' && tellsOfKey(word, apiKey?.trim()) ? '[key]' : word,
  )
}

/** The most characters of a key in a row that a message may show. */
const LONGEST_PART = 7

/** True for a masked key (`sk-a1***9f2c`), and for a piece of this one. */
const tellsOfKey = (word: string, apiKey = ''): boolean => {
  if (/[*•]{2,}/.test(word)) return true
  if (apiKey.length <= LONGEST_PART) return false
  if (/\.{3}|…/.test(word) && word.slice(0, 3) === apiKey.slice(0, 3)) return true
  for (let at = 0; at + LONGEST_PART < word.length; at++)
    if (apiKey.includes(word.slice(at, at + LONGEST_PART + 1))) return true
  return false
}

/** Omits user, query and fragment, as they may hold a key. */
export const showUrl = (url: string): string => {
  const parsed = URL.parse(url)
  return parsed === null ? 'its address' : `${parsed.origin}${parsed.pathname}`.replace(/\/$/, '')
}

/** Reads the error in a body of any common form: `{ error: { message, … } }`, `{ error: text }`, `{ message }`, or one of these in a list. */
export const readVendorError = (body: JsonValue | string, status?: number): VendorError => {
  const parsed = typeof body === 'string' ? parse(body) : body
  const outer = Array.isArray(parsed) ? (parsed[0] ?? null) : parsed
  const error = isJsonObject(outer) ? (outer.error ?? outer) : outer
  if (!isJsonObject(error)) return { status: status ?? 500, message: typeof error === 'string' ? error : '', code: '' }
  const { reasons, ...wait } = readDetails(error.details)
  const words = [error.code, error.type, error.status, ...reasons].filter((word) => typeof word === 'string')
  const code = typeof error.innererror === 'object' ? 'content_filter' : words.join(' ')
  const isFlagged = isJsonObject(error.metadata) && Array.isArray(error.metadata.reasons)
  return {
    status: status ?? findStatus(error) ?? guessStatus(words.join(' ')),
    message: toMessage(error),
    code: isFlagged ? `content_filter ${code}` : code,
    ...wait,
  }
}

/** The words of an error. A router's are those of the vendor behind it too, as `metadata.raw` of OpenRouter holds them. */
const toMessage = (error: JsonObject): string => {
  const { message, detail, metadata } = error
  const own = [message, detail].find((words) => typeof words === 'string')
  const raw = isJsonObject(metadata) ? toRawWords(metadata) : ''
  if (typeof own !== 'string') return raw === '' ? JSON.stringify(error) : raw
  return raw === '' || own.includes(raw) ? own : `${own}: ${raw}`
}

const toRawWords = ({ raw, provider_name }: JsonObject): string => {
  if (raw === undefined || raw === null) return ''
  const { message } = readVendorError(raw)
  const words = message === '' && typeof raw === 'string' ? raw : message
  return typeof provider_name === 'string' && words !== '' ? `${provider_name} said: ${words}` : words
}

/** Reads Google's list of reasons, and the wait that it asks for: https://google.aip.dev/193 */
const readDetails = (details: JsonValue | undefined): { reasons: JsonValue[]; retryAfterMs?: number } => {
  const parts = Array.isArray(details) ? details.filter(isJsonObject) : []
  const reasons = parts.flatMap(({ reason }) => reason ?? [])
  const [, seconds] =
    parts.map(({ retryDelay }) => /^(\d{1,9}(?:\.\d+)?)s$/.exec(String(retryDelay))).find(Boolean) ?? []
  return { reasons, ...(seconds !== undefined && { retryAfterMs: Math.ceil(Number(seconds) * 1000) }) }
}

/** Drops error pages, which say nothing that the status does not. */
const parse = (text: string): JsonValue => tryParseJson(text) ?? (/^\s*</.test(text) ? '' : text)

const findStatus = ({ code, status }: JsonObject): number | undefined =>
  [status, code].find((value): value is number => typeof value === 'number' && value >= 400 && value < 600)

const STATUS_WORDS: readonly [RegExp, number][] = [
  [UNPAID_CODES, 402],
  [/rate_?limit|too_?many|resource_exhausted|quota/i, 429],
  [/overload/i, 529],
  [/unavailable/i, 503],
  [/authentication|unauthenticated|unauthorized|api_?key/i, 401],
  [/permission|forbidden/i, 403],
  [/not_?found/i, 404],
  [/timeout|deadline/i, 408],
  [/too_large/i, 413],
  [/server_error|internal/i, 500],
  [/invalid|bad_request|context_length|content_?(filter|policy)/i, 400],
]

const guessStatus = (words: string): number => STATUS_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 500
