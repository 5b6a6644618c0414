/**
 * One HTTP request of a provider, as the `fetch` that an SDK is given.
 *
 * It owns the end of the request: an abort by the caller, silence for too long, a refusal by status, a broken connection. It does not own
 * the bytes, which it hands out as they come.
 *
 * 1. A request ends with at most one fault, which is remembered here: whatever an SDK throws, `toFault` answers with that fault.
 * 2. After `close` no timer and no listener is left, and an open connection is cut.
 * 3. Only the body of a refusal is read.
 */
import { Cancelled } from '../../core/cancelled.ts'
import { systemClock } from '../../core/clock.ts'
import { Fault, isFault } from '../../core/fault.ts'
import { findWrongAddress, toConnectionFault } from './connection-fault.ts'
import { extendRequest } from './extended-request.ts'
import { describePlace } from './missing-server.ts'
import { type Asked, readVendorError, toVendorFault, toWords } from './provider-fault.ts'

export interface ModelRequestOptions extends Omit<Asked, 'url'> {
  signal: AbortSignal
  /** True: silence ends it. */
  streams: boolean
}

export interface ModelRequest {
  /** For the SDK, whose own signal is ignored. The body is read by `readText` or `readPieces`. */
  fetch: typeof fetch
  /** @throws Fault or Cancelled when the body breaks off */
  readText(response: Response): Promise<string>
  /** Reads the body as it comes. @throws Fault or Cancelled when it breaks off, or is silent for too long */
  readPieces(response: Response): AsyncIterable<Uint8Array>
  /** Maps anything that an SDK threw to a Fault or Cancelled. */
  toFault(error: unknown): Error
  /** Makes the fault of an unfinished answer. */
  broken(what: string): Fault
  /** Makes the fault of a 200 whose body fits no known shape: it shows the begin of the body, without the key. */
  unreadable(body: string): Fault
  /** Makes the fault of an error that came inside a 200. */
  refused(error: Parameters<typeof readVendorError>[0]): Fault
  close(): void
}

/** For `broken`: an unfinished stream. */
export const NO_END = 'ended before its answer was complete'
/** For `broken`: a piece of a stream that was damaged on its way. */
export const NO_EVENT = 'sent an event that is not JSON'

const IDLE_MS = 60_000
/** The first piece may take longer: a local server loads the model, and some models think first. */
const FIRST_FACTOR = 5
const LONGEST_REFUSAL_BYTES = 64_000

/** Made once. Without a reason, each `abort` makes an error with a stack. */
const CLOSED = new Error('the request is over')

/** Faults of requests that a model may have worked on. */
const begun = new WeakSet<object>()

/** True for a fault of a request that broke off or got no answer. Such a request may be billed; a refused one is not. */
export const hasBegun = (error: unknown): boolean => typeof error === 'object' && error !== null && begun.has(error)

export const createModelRequest = (options: ModelRequestOptions): ModelRequest => {
  const { settings, model, signal, streams } = options
  const clock = settings.clock ?? systemClock
  const idleMs = settings.idleTimeoutMs ?? IDLE_MS
  const own = new AbortController()
  const asked: Asked = { ...options, url: settings.baseUrl }
  let fault: Fault | undefined
  let isAnswered = false
  let isOver = false
  /** Faults of requests that no model worked on. */
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
    fault = findFault(error) ?? fault ?? toDefect(error)
    if (!refusals.has(fault) && (isAnswered || fault.code === 'timeout')) begun.add(fault)
    return fault
  }

  const details = { provider: settings.name, model }
  const broken = (what: string): Fault =>
    new Fault('unavailable', `'${settings.name}/${model}' ${what}`, { retryable: true, details })

  const unreadable = (body: string): Fault => {
    const words = toWords(body, asked)
    if (words === '') return asRefusal(broken(`returned an empty response: check ${describePlace(settings)}`))
    const what = `'${settings.name}/${model}' returned a response that is not a model answer: ${words}`
    return asRefusal(
      new Fault('invalid_output', `${what}\ncheck the kind of the provider, and ${describePlace(settings)}`, {
        retryable: true,
        details,
      }),
    )
  }

  /** A mistake of ours or of an SDK. It says nothing about the connection. */
  const toDefect = (error: unknown): Fault =>
    new Fault(
      'defect',
      `the answer of '${settings.name}/${model}' could not be read: ${toWords(String(error), asked)}`,
      {
        details,
        cause: error,
      },
    )

  /** Anything that `fetch` throws is a failed connection. */
  const toSent = (error: unknown): Error => findFault(error) ?? fault ?? toConnectionFault(error, asked)

  const refuse = async (response: Response): Promise<Fault> => {
    const words = await readSome(response, LONGEST_REFUSAL_BYTES)
    const context = { ...asked, headers: response.headers, nowMs: clock.now() }
    return asRefusal(toVendorFault(readVendorError(words, response.status), context))
  }

  return {
    async fetch(url, init) {
      const extended = extendRequest(url instanceof Request ? url.url : String(url), init, settings)
      asked.url = extended.url
      wait(idleMs * FIRST_FACTOR)
      try {
        const response = await fetch(extended.url, { ...extended.init, signal: own.signal, redirect: 'manual' })
        const stranger = findWrongAddress(response, asked)
        if (stranger !== undefined) throw asRefusal(stranger)
        if (!response.ok) throw await refuse(response)
        isAnswered = true
        return response
      } catch (error) {
        throw toFault(toSent(error))
      }
    },
    async readText(response) {
      try {
        return await response.text()
      } catch (error) {
        throw toFault(toSent(error))
      }
    },
    async *readPieces({ body }) {
      if (body === null) return
      try {
        for await (const piece of body) {
          wait(idleMs)
          yield piece
        }
      } catch (error) {
        throw toFault(toSent(error))
      }
    },
    toFault,
    broken,
    unreadable,
    refused(error) {
      const refusal = toVendorFault(readVendorError(error), { ...asked, nowMs: clock.now() })
      // In a stream, a part of the answer may have come before.
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

/** Unwraps the fault, as SDKs wrap errors of `fetch`. */
const findFault = (error: unknown, depth = 0): Fault | undefined => {
  if (isFault(error)) return error
  if (depth > 8 || !(error instanceof Error)) return undefined
  return findFault(error.cause, depth + 1)
}

/** Reads the beginning of a body; empty where it can't be read. */
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
