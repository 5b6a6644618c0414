/**
 * The one signal that ends an HTTP call: its reason is the error to throw. Each phase has a limit of its own within the deadline of the
 * whole call: a server may be slow to answer, but one that sends nothing in the middle of its answer holds a connection for nothing.
 */
import { Cancelled } from '../../../core/cancelled.ts'
import { LONGEST_TIMEOUT_MS } from '../../../core/clock.ts'
import { formatDuration } from '../../../core/duration.ts'
import { Fault } from '../../../core/fault.ts'
import type { HttpRequest } from './http-request.ts'
import { formatTarget } from './transport-fault.ts'

export interface CallLimits {
  /** Aborts the call as `Cancelled`. */
  signal: AbortSignal
  /** Milliseconds from now to the fault `timeout`. */
  timeoutMs: number
  /** From the end of the request to the headers of the answer. */
  headerTimeoutMs: number
  /** The longest pause within the body. */
  bodyTimeoutMs: number
}

export interface CallStop {
  signal: AbortSignal
  /** The request is sent: the headers must follow. */
  awaitHeaders(): void
  /** The headers or a piece of the body came: the next piece must follow. */
  awaitBody(): void
  /** The body is complete; a redirect may follow. */
  endBody(): void
  disarm(): void
}

export const armStop = (request: HttpRequest, limits: CallLimits): CallStop => {
  const stop = new AbortController()
  const cancel = (): void => stop.abort(new Cancelled())
  const arm = (timeoutMs: number, problem: string): NodeJS.Timeout =>
    setTimeout(
      () => stop.abort(new Fault('timeout', `${formatTarget(request)} ${problem}`, { retryable: true })),
      Math.min(Math.max(0, timeoutMs), LONGEST_TIMEOUT_MS),
    )
  const deadline = arm(limits.timeoutMs, 'did not answer in time')
  let headers: NodeJS.Timeout | undefined
  let body: NodeJS.Timeout | undefined
  const { signal, headerTimeoutMs, bodyTimeoutMs } = limits
  const disarmPhases = (): void => {
    clearTimeout(headers)
    clearTimeout(body)
    body = undefined
  }
  if (signal.aborted) cancel()
  else signal.addEventListener('abort', cancel)
  return {
    signal: stop.signal,
    awaitHeaders() {
      disarmPhases()
      headers = arm(
        headerTimeoutMs,
        `sent no headers within ${formatDuration(headerTimeoutMs)}: raise header_timeout_ms`,
      )
    },
    awaitBody() {
      clearTimeout(headers)
      body =
        body?.refresh() ??
        arm(bodyTimeoutMs, `sent nothing of its body for ${formatDuration(bodyTimeoutMs)}: raise body_timeout_ms`)
    },
    endBody: disarmPhases,
    disarm() {
      clearTimeout(deadline)
      disarmPhases()
      signal.removeEventListener('abort', cancel)
    },
  }
}
