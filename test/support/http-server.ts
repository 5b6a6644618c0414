import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedRequest {
  method: string
  /** With the query. */
  url: string
  headers: IncomingHttpHeaders
  body: string
}

export interface TestServer {
  port: number
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string
  /** Every request so far, in order of arrival. */
  requests: ReceivedRequest[]
  /** Also cuts connections that are still open. */
  stop(): Promise<void>
}

/** The request as received, and the raw message for handlers that watch the connection. */
export type Respond = (
  request: ReceivedRequest,
  response: ServerResponse,
  message: IncomingMessage,
) => void | Promise<void>

/** A server on a free port of 127.0.0.1. What `respond` throws becomes a 500 with the message. */
export const startHttpServer = async (respond: Respond): Promise<TestServer> => {
  const requests: ReceivedRequest[] = []
  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    })
  })

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await receive(message)
    requests.push(request)
    await respond(request, response, message)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { port, url: `http://127.0.0.1:${port}`, requests, stop }
}

/** Answers with a JSON body. */
export const sendJson = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

const receive = async (message: IncomingMessage): Promise<ReceivedRequest> => {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  const { method = '', url = '', headers } = message
  return { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
}
