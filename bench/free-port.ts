import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Finds a port of 127.0.0.1 on which no process listens now. */
export const findFreePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
