/** A proxy in front of a server on this machine: the network between, which can be slow, cut connections, or lose what is sent. */

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** `half_open`: what is sent over the connections of this time is lost, and neither side hears of it. */
export type NetworkState = 'whole' | 'slow' | 'cutting' | 'half_open'

export interface SlowNetwork {
  port: number
  /** Changes the state. What was half open is reset at the next change. */
  become(state: NetworkState): void
  close(): Promise<void>
}

const DELAY_MS = 150
const CUT_EVERY_MS = 700

export const createSlowNetwork = async (serverPort: number): Promise<SlowNetwork> => {
  let state: NetworkState = 'whole'
  const links = new Set<Link>()
  const cut = (): void => {
    for (const { ends } of links) for (const end of ends) end.destroy()
    links.clear()
  }
  const timer = setInterval(() => {
    if (state === 'cutting') cut()
  }, CUT_EVERY_MS)
  const server = createServer((client) => {
    const link: Link = { ends: [client, connect(serverPort, '127.0.0.1')], isLost: state === 'half_open' }
    links.add(link)
    join(link, () => state)
    client.on('close', () => links.delete(link))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    become(next) {
      if (state === 'half_open') cut()
      if (next === 'half_open') for (const link of links) link.isLost = true
      state = next
    },
    async close() {
      clearInterval(timer)
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Link {
  ends: readonly [Socket, Socket]
  isLost: boolean
}

/** Sends on what either end says. A delay is the same for each piece, so that their order stays. */
const join = (link: Link, readState: () => NetworkState): void => {
  const [client, server] = link.ends
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.on('data', (piece) => {
      if (link.isLost) return
      setTimeout(() => to.writable && to.write(piece), readState() === 'slow' ? DELAY_MS : 0)
    })
    from.on('error', () => {})
    from.on('close', () => !link.isLost && setTimeout(() => to.destroy(), DELAY_MS))
  }
}
