/** Answers what is no request of HTTP: no route sees it, and its connection is closed. */
import type { Duplex } from 'node:stream'
import { Problem } from './api/problem.ts'

interface Refusal {
  status: number
  code: string
  detail: string
}

const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['HPE_HEADER_OVERFLOW', { status: 431, code: 'too_large', detail: 'the headers or the path are too long' }],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', { status: 413, code: 'too_large', detail: 'the chunk extensions are too long' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, code: 'timeout', detail: 'the request did not come in time' }],
])

const MALFORMED: Refusal = { status: 400, code: 'invalid_request', detail: 'this is no request of HTTP/1.1' }

/** For the event `clientError` of a server. */
export const refuseBroken = (error: Error, socket: Duplex): void => {
  // The connection is cut, or an answer has begun.
  if (
    !socket.writable ||
    Reflect.get(error, 'code') === 'ECONNRESET' ||
    Number(Reflect.get(socket, 'bytesWritten')) > 0
  ) {
    socket.destroy()
    return
  }
  const { document } = new Problem(REFUSALS.get(String(Reflect.get(error, 'code'))) ?? MALFORMED)
  const body = JSON.stringify(document)
  socket.end(
    [
      `HTTP/1.1 ${document.status} ${document.title}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
