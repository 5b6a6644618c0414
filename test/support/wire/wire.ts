/**
 * Answers of a model's server, in neutral words. A file beside this one for each vendor writes them in the vendor's own wire format, as the
 * vendor documents it. wire-server.ts sends them, whole or broken. Nothing here is copied from a recording.
 */
import type { LlmProvider, ProviderSettings } from '../../../src/actors/llm/provider.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { ReceivedRequest } from '../http-server.ts'
import type { WireQuirk } from './quirks.ts'

/** Parses JSON that is written again with the same digits in its numbers. */
export const parseVerbatim = (text: string): JsonValue =>
  JSON.parse(text, (_, value, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? rawJson(context.source) : value,
  )

const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): JsonValue }

export interface WireAnswer {
  /** The pieces in which a stream sends the text. Empty: an empty answer. */
  text?: readonly string[]
  /** The model's thoughts, where the vendor has them: of an answer as a whole. */
  thoughts?: string
  /** `arguments` is JSON text. Vendors that send objects parse it. */
  toolCalls?: readonly { name: string; arguments: string }[]
  /** Default: stop; with tool calls the vendor's own word. */
  finish?: 'stop' | 'length' | 'refused'
  /**
   * `input` includes the cached ones and those written to the cache (of vendors that ask a price for that), whatever the vendor
   * counts. Default: 11, 0, 7. Null: the vendor says nothing.
   */
  usage?: { input: number; cached: number; written?: number; output: number } | null
}

/** The reason of a refusal, by the vendor's HTTP status. */
export interface WireError {
  status: number
  message: string
}

export type WireReply =
  | ({ kind: 'answer'; answer: WireAnswer } & WireTransport)
  | {
      kind: 'status'
      error: WireError
      headers?: Record<string, string> /** Instead of the vendor's own. */
      body?: string
    }
  /** Sends only the first `events` of a stream, and then stops like this. */
  | {
      kind: 'broken'
      answer: WireAnswer
      events: number
      by: 'stall' | 'reset' | 'close' | WireError
      /** Sends an error so many bytes at a time. */
      chunkBytes?: number
    }
  /** The request is taken, and nothing is ever sent. */
  | { kind: 'silent' }
  /** A 200 with this body. */
  | { kind: 'raw'; body: string | Uint8Array; contentType: string }

/** How a stream travels. Default: all at once, with LF. */
export interface WireTransport {
  /** So many bytes at a time, a turn of the event loop between them. */
  chunkBytes?: number
  /** Cut in two within the bytes of this character, with a pause between the halves that no network joins again. */
  splitWithin?: string
  lineEnd?: '\r\n'
  /** Comments between the events (of Server-Sent Events), or blank lines (of NDJSON). */
  comments?: boolean
  /** True: events that only mark the end are left out. */
  withoutEnd?: boolean
}

/** A request, read back into neutral words, so that one suite can check it. */
export interface WireRequest {
  model: string
  /** The bare key, wherever the vendor has it; undefined when none was sent. */
  apiKey: string | undefined
  /** In order, the system's first, one for each message of the contract; blocks of one message are taken apart. */
  messages: WireMessage[]
  /** By our names: temperature, top_p, max_tokens, stop (a list), seed, reasoning; those that the vendor has. */
  params: JsonObject
  /** The schema of the answer (native, or as a forced tool). Undefined: none was sent. */
  schema: JsonValue | undefined
  /** Without a tool that only carries the schema. */
  tools: { name: string; description: string; input: JsonValue }[]
}

export interface WireMessage {
  role: 'system' | 'user' | 'assistant' | 'tool'
  text: string
  /** URLs, or Base64. */
  images?: string[]
  /** Arguments parsed. */
  toolCalls?: { name: string; arguments: JsonValue }[]
  /** The id of the call that a tool's result answers, or the tool's name where the vendor has no ids. */
  answers?: string
}

/** Features that some vendors lack. A test that needs one is skipped with the reason that `skips` gives. */
export type WireFeature =
  | 'seed'
  | 'stop'
  | 'reasoning'
  | 'image by URL'
  | 'cached tokens'
  | 'required key'
  | 'error in a stream'
  | 'kinds of errors in a stream'
  | 'malformed tool arguments'
  | 'refusal'
  | 'schema'

export interface WireVendor {
  /** As the provider is named in workflows. */
  name: string
  /** Any model name, without the provider. */
  model: string
  /** Behind the server's URL to make the base URL: `/v1`, or nothing. */
  basePath: string
  framing: 'sse' | 'ndjson'
  createProvider(settings: ProviderSettings): LlmProvider | Promise<LlmProvider>
  wantsStream(request: ReceivedRequest): boolean
  /** The body of a 200 without a stream. */
  encodeAnswer(answer: WireAnswer, request: ReceivedRequest): JsonObject
  /** Each event as it stands on the wire with LF, the blank line of SSE included. */
  encodeStream(answer: WireAnswer, request: ReceivedRequest): string[]
  /** Count of the last events that only mark the end. The stream is complete without them. */
  endMarkers: number
  /** The body of a status of 400 and above. */
  encodeError(error: WireError): JsonObject
  /** The event that reports the same inside a stream that began with 200. */
  encodeStreamError(error: WireError): string
  readRequest(request: ReceivedRequest): WireRequest
  /** The ids of all calls in the messages of a request, in order. Undefined: the vendor's calls have none. */
  callIds(request: ReceivedRequest): string[] | undefined
  /** The ids that the vendor takes. Default: up to 40 letters, digits, `_` and `-`. */
  idForm?: RegExp
  skips: Partial<Record<WireFeature, string>>
  /** Answers beside the documented form. */
  quirks: readonly WireQuirk[]
}

export const DEFAULT_USAGE = { input: 11, cached: 0, output: 7 }

/** Joins the text of an answer. */
export const joinText = ({ text = [] }: WireAnswer): string => text.join('')
