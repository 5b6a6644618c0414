/** Listens for HTTP requests. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createHttpInterface } from './api/api.ts'
import type { ApiServices } from './api/services.ts'
import { refuseBroken } from './broken-request.ts'

export interface WebServerOptions {
  /** An address of this machine. */
  host: string
  /** Only programs of this machine reach it. */
  isLoopback: boolean
  /** 0: any free port. */
  port: number
  services: ApiServices
  version: string
}

export interface WebServer {
  url: string
  /** Ends the streams, gives requests in flight a moment, and closes the connections. */
  stop(): Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
/** A large input over a slow line. */
const REQUEST_TIMEOUT_MS = 120_000
/** Longer than load balancers keep an idle connection: else they would send a request into one that is being closed. */
const KEEP_ALIVE_MS = 65_000
/** Interval in which the timeouts are judged. */
const CHECK_EVERY_MS = 2_000
const MOST_HEADER_BYTES = 16 * 1024
const GRACE_MS = 2_000

/** @throws an error with the code EADDRINUSE or EACCES, as of Node */
export const startWebServer = async ({
  host,
  isLoopback,
  port,
  services,
  version,
}: WebServerOptions): Promise<WebServer> => {
  const { api, stop } = createHttpInterface(services, { version, isLoopback })
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MOST_HEADER_BYTES,
    },
    getRequestListener(api.fetch, { overrideGlobalObjects: false }),
  )
  server.on('clientError', refuseBroken)
  await listen(server, { host, port })
  return {
    url: toUrl(server.address()),
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await stop()
      server.closeIdleConnections()
      const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS)
      await closed
      clearTimeout(cut)
    },
  }
}

const listen = (server: Server, address: { host: string; port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
  })

const toUrl = (address: AddressInfo | string | null): string => {
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  const { address: host, port, family } = address
  return `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`
}
