/**
 * One HTTP request of a provider, around whichever SDK makes it: the `fetch` that the SDK is given.
 *
 * It owns the request's end: aborted by the caller, silent for too long, refused by a status, broken on the way; each is one fault,
 * remembered here, so that it does not matter what an SDK makes of it. It does not own the bytes: they pass through as they come.
 *
 * Invariants: after `close` no timer and no listener is left, and a request that is not over is cut; no body is read but of a refusal.
 */
import { Cancelled } from '../../core/cancelled.ts'
import { systemClock } from '../../core/clock.ts'
import { Fault, isFault } from '../../core/fault.ts'
import { toConnectionFault } from './connection-fault.ts'
import type { ProviderSettings } from './provider.ts'
import { type Asked, readVendorError, toVendorFault } from './provider-fault.ts'
import { findWrongAddress } from './wrong-address.ts'

export interface ModelRequestOptions extends Omit<Asked, 'url'> {
  settings: ProviderSettings & { name: string }
  signal: AbortSignal
  /** Whether silence ends it. */
  streams: boolean
}

export interface ModelRequest {
  /** For the SDK; its own signal is not heeded. */
  fetch: typeof fetch
  /** The fault or Cancelled that `error` comes to; `error` is whatever the SDK threw. */
  toFault(error: unknown): Error
  /** A stream that ended without an end, a 200 that is no answer. */
  broken(what: string): Fault
  /** The fault of an error that came inside a 200. */
  refused(error: Parameters<typeof readVendorError>[0]): Fault
  close(): void
}

/** For `broken`: a 200 whose body is not what the vendor documents. */
export const NO_ANSWER = "sent what is no answer of a model: check the provider's address"
/** For `broken`: a stream that ended without saying why. */
export const NO_END = 'ended before its answer was complete'

const IDLE_MS = 60_000
/** A local model is loaded first, and others think before they begin. */
const FIRST_FACTOR = 5
const LONGEST_REFUSAL_BYTES = 64_000

/** Made once: without a reason of ours each call would make one, with a stack, and nobody reads it. */
const CLOSED = new Error('the request is over')

/** Faults of requests that a model may have worked on, before they failed. */
const begun = new WeakSet<object>()

/** Whether the request that failed so was not refused, but broke off or stayed without an answer: then it may be on the bill. */
export const hasBegun = (error: unknown): boolean => typeof error === 'object' && error !== null && begun.has(error)

export const createModelRequest = (options: ModelRequestOptions): ModelRequest => {
  const { settings, model, signal, streams } = options
  const clock = settings.clock ?? systemClock
  const idleMs = settings.idleTimeoutMs ?? IDLE_MS
  const own = new AbortController()
  const asked: Asked = { ...options, url: settings.baseUrl ?? '' }
  let fault: Fault | undefined
  let isAnswered = false
  let isOver = false
  /** Of servers that say no, or are no models: nothing was worked on. */
  const refusals = new WeakSet<Fault>()
  const asRefusal = (refusal: Fault): Fault => {
    refusals.add(refusal)
    return refusal
  }
  let callOff = (): void => {}

  const abort = (): void => own.abort()
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })

  const wait = (waitMs: number): void => {
    callOff()
    if (!streams || isOver) return
    callOff = clock.wakeAt(clock.now() + waitMs, () => {
      fault ??= new Fault('timeout', `'${settings.name}/${model}' was silent for ${waitMs / 1000} s`, {
        retryable: true,
        details: { provider: settings.name, model },
      })
      own.abort()
    })
  }

  const toFault = (error: unknown): Error => {
    if (signal.aborted) return new Cancelled()
    fault =
      findFault(error) ?? fault ?? (error instanceof SyntaxError ? broken(NO_ANSWER) : toConnectionFault(error, asked))
    if (!refusals.has(fault) && (isAnswered || fault.code === 'timeout')) begun.add(fault)
    return fault
  }

  const broken = (what: string): Fault => {
    const one = new Fault('unavailable', `'${settings.name}/${model}' ${what}`, {
      retryable: true,
      details: { provider: settings.name, model },
    })
    return what === NO_ANSWER ? asRefusal(one) : one
  }

  const refuse = async (response: Response): Promise<Fault> => {
    const words = await readSome(response, LONGEST_REFUSAL_BYTES)
    const context = { ...asked, headers: response.headers, nowMs: clock.now() }
    return asRefusal(toVendorFault(readVendorError(words, response.status), context))
  }

  return {
    async fetch(url, init) {
      asked.url = url instanceof Request ? url.url : String(url)
      wait(idleMs * FIRST_FACTOR)
      try {
        const response = await fetch(url, { ...init, signal: own.signal, redirect: 'manual' })
        const stranger = findWrongAddress(response, asked)
        if (stranger !== undefined) throw asRefusal(stranger)
        if (!response.ok) throw await refuse(response)
        isAnswered = true
        return response.body === null ? response : watch(response, { alive: () => wait(idleMs), toFault })
      } catch (error) {
        throw toFault(error)
      }
    },
    toFault,
    broken,
    refused(error) {
      const refusal = toVendorFault(readVendorError(error), { ...asked, nowMs: clock.now() })
      // In a stream it may come after half of an answer.
      return streams ? refusal : asRefusal(refusal)
    },
    close() {
      isOver = true
      callOff()
      signal.removeEventListener('abort', abort)
      own.abort(CLOSED)
    },
  }
}

/** SDKs wrap what `fetch` throws. */
const findFault = (error: unknown, depth = 0): Fault | undefined => {
  if (isFault(error)) return error
  if (depth > 8 || !(error instanceof Error)) return undefined
  return findFault(error.cause, depth + 1)
}

interface Watch {
  alive(): void
  toFault(error: unknown): Error
}

/** The same response, each piece of whose body is news of it. */
const watch = (response: Response, { alive, toFault }: Watch): Response => {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  // Who has left takes no more pieces, nor the news of the end.
  let isLeft = false
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = await reader.read().catch((error: unknown) => controller.error(toFault(error)))
      if (piece === undefined || isLeft) return
      if (piece.done) return controller.close()
      alive()
      controller.enqueue(piece.value)
    },
    cancel(reason) {
      isLeft = true
      return reader.cancel(reason)
    },
  })
  const { status, statusText, headers } = response
  return new Response(body, { status, statusText, headers })
}

/** The beginning of a body; nothing where it can't be read. */
const readSome = async ({ body }: Response, most: number): Promise<string> => {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= most) break
    }
  } catch {
    return ''
  }
  return Buffer.concat(chunks).toString('utf8')
}
