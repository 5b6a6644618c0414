/**
 * `node bench/model-server.ts`: answers at once as OpenAI and as Ollama do, from bytes that are made beforehand. A process of its
 * own, so that its work is not counted with that of those who ask. Prints its port, and ends when its standard input does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ollamaWire } from '../test/support/wire/ollama.ts'
import { openaiWire } from '../test/support/wire/openai.ts'
import type { WireVendor } from '../test/support/wire/wire.ts'
import { STREAMED_TOKENS } from './served-models.ts'

/** About what one turn of a real server's event loop sends when it is fast. */
const PIECE_BYTES = 4096

interface Answers {
  whole: Buffer
  pieces: Buffer[]
  streamType: string
}

const prepare = (vendor: WireVendor, streamType: string): Answers => {
  const request = {
    method: 'POST',
    url: '/',
    headers: {},
    body: '{"model":"bench","stream_options":{"include_usage":true}}',
  }
  const whole = Buffer.from(JSON.stringify(vendor.encodeAnswer({ text: ['Hello'] }, request)))
  const tokens = Array.from({ length: STREAMED_TOKENS }, (_, index) => ` word${index % 10}`)
  const stream = Buffer.from(vendor.encodeStream({ text: tokens }, request).join(''))
  const pieces = Array.from({ length: Math.ceil(stream.length / PIECE_BYTES) }, (_, index) =>
    stream.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  )
  return { whole, pieces, streamType }
}

const OPENAI = prepare(openaiWire, 'text/event-stream')
const OLLAMA = prepare(ollamaWire, 'application/x-ndjson')

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  const { whole, pieces, streamType } = request.url === '/api/chat' ? OLLAMA : OPENAI
  if (!/"stream":\s*true/.test(body)) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length }).end(whole)
    return
  }
  response.writeHead(200, { 'content-type': streamType })
  for (const piece of pieces)
    if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve))
  response.end()
}

const server = createServer((request, response) => void answer(request, response))
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.stdin.on('end', () => process.exit()).resume()
