/** Serves a vendor's answers: whole, in single bytes, or broken in the ways in which real servers break. */
import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ReceivedRequest, sendJson, startHttpServer } from '../http-server.ts'
import type { WireReply, WireRequest, WireTransport, WireVendor } from './wire.ts'

export type ReplyChoice = WireReply | ((request: WireRequest) => WireReply)

export interface WireServer {
  /** The base URL for a provider. */
  baseUrl: string
  /** Every request so far, in order of arrival. */
  requests: ReceivedRequest[]
  /** The answers to the next requests, in order; the last one is given again and again. */
  answerWith(...replies: ReplyChoice[]): void
  /** Resolves when one more request has arrived, and its answer has begun where it ever does. */
  nextRequest(): Promise<void>
  /** Answers that have been begun and not ended, by either side. */
  open(): number
  stop(): Promise<void>
}

export const startWireServer = async (vendor: WireVendor): Promise<WireServer> => {
  let replies: ReplyChoice[] = []
  let open = 0
  let waiting: (() => void)[] = []
  const server = await startHttpServer(async (request, response) => {
    open++
    response.once('close', () => open--)
    const choice = replies.length > 1 ? replies.shift() : replies[0]
    if (choice === undefined) throw new Error('no answer was given to the server')
    const sending = send(typeof choice === 'function' ? choice(vendor.readRequest(request)) : choice, {
      vendor,
      request,
      response,
    })
    for (const wake of waiting) wake()
    waiting = []
    await sending
  })
  return {
    baseUrl: server.url + vendor.basePath,
    requests: server.requests,
    answerWith(...next) {
      replies = next
    },
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    open: () => open,
    stop: server.stop,
  }
}

interface Exchange {
  vendor: WireVendor
  request: ReceivedRequest
  response: ServerResponse
}

const send = async (reply: WireReply, exchange: Exchange): Promise<void> => {
  const { vendor, request, response } = exchange
  switch (reply.kind) {
    case 'silent':
      return
    case 'raw':
      response.writeHead(200, { 'content-type': reply.contentType }).end(reply.body)
      return
    case 'status':
      response.writeHead(reply.error.status, { 'content-type': 'application/json', ...reply.headers })
      response.end(reply.body ?? JSON.stringify(vendor.encodeError(reply.error)))
      return
    case 'broken':
      return sendBroken(reply, exchange)
    case 'answer':
      if (!vendor.wantsStream(request)) return sendJson(response, vendor.encodeAnswer(reply.answer, request))
      return sendStream(vendor.encodeStream(reply.answer, request), reply, exchange)
  }
}

const CONTENT_TYPES = { sse: 'text/event-stream; charset=utf-8', ndjson: 'application/x-ndjson' }

const sendStream = async (
  events: string[],
  { chunkBytes, splitWithin, lineEnd, comments, withoutEnd }: WireTransport,
  { vendor, response }: Exchange,
): Promise<void> => {
  const kept = withoutEnd ? events.slice(0, events.length - vendor.endMarkers) : events
  const pause = vendor.framing === 'sse' ? ': still here\n\n' : '\n'
  const text = kept.map((event) => (comments ? pause + event : event)).join('')
  const bytes = Buffer.from(lineEnd === undefined ? text : text.replaceAll('\n', lineEnd))
  response.writeHead(200, { 'content-type': CONTENT_TYPES[vendor.framing] })
  response.socket?.setNoDelay(true)
  if (splitWithin === undefined) await writeInPieces(bytes, { response, chunkBytes })
  else await writeSplit(bytes, { response, splitWithin })
  response.end()
}

const writeInPieces = async (
  bytes: Buffer,
  { response, chunkBytes = bytes.length }: { response: ServerResponse; chunkBytes: number | undefined },
): Promise<void> => {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    response.write(bytes.subarray(at, at + chunkBytes))
    await nextTurn()
  }
}

/** So long that the reader has taken the first half before the second is sent. */
const SPLIT_PAUSE_MS = 20

const writeSplit = async (
  bytes: Buffer,
  { response, splitWithin }: { response: ServerResponse; splitWithin: string },
): Promise<void> => {
  const at = bytes.indexOf(splitWithin)
  if (at < 0) throw new Error(`'${splitWithin}' is not in the stream`)
  response.write(bytes.subarray(0, at + 1))
  await new Promise((resolve) => setTimeout(resolve, SPLIT_PAUSE_MS))
  response.write(bytes.subarray(at + 1))
}

const sendBroken = async (
  { answer, events, by, chunkBytes }: Extract<WireReply, { kind: 'broken' }>,
  { vendor, request, response }: Exchange,
): Promise<void> => {
  response.writeHead(200, { 'content-type': CONTENT_TYPES[vendor.framing] })
  response.flushHeaders()
  for (const event of vendor.encodeStream(answer, request).slice(0, events)) response.write(event)
  // Written bytes leave before the connection is cut.
  await nextTurn()
  if (by === 'stall') return
  if (by === 'reset') response.socket?.resetAndDestroy()
  else if (by === 'close') response.end()
  else {
    await writeInPieces(Buffer.from(vendor.encodeStreamError(by)), { response, chunkBytes })
    response.end()
  }
}
