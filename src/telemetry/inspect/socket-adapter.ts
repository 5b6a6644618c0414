/**
 * Sends inspection events to a WebSocket, in order, without ever blocking the sender. Events that come before the connection wait, up to
 * a bound. When no server listens, or the receiver falls too far behind, the rest is dropped, which is reported once.
 */
export interface SocketAdapter {
  send(event: unknown): void
  /** Resolves when the receiver has every event, or after `LONGEST_CLOSE_MS`. */
  close(): Promise<void>
}

export interface SocketOptions {
  address: string
  /** Called at most once, when no more events are sent, with the reason. */
  onLost(reason: string): void
}

const MOST_WAITING = 10_000
const MOST_BUFFERED_BYTES = 64 * 1024 * 1024
const LONGEST_CLOSE_MS = 1_000

export const createSocketAdapter = ({ address, onLost }: SocketOptions): SocketAdapter => {
  const socket = new WebSocket(address)
  const waiting: unknown[] = []
  let state: 'connecting' | 'open' | 'closing' | 'over' = 'connecting'
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
  const lose = (reason: string): void => {
    if (state === 'over') return
    const wasExpected = state === 'closing'
    state = 'over'
    waiting.length = 0
    settle()
    if (!wasExpected) onLost(reason)
  }
  const deliver = (event: unknown): void => {
    if (socket.bufferedAmount > MOST_BUFFERED_BYTES) {
      lose('the receiver is too slow')
      socket.close()
    } else socket.send(JSON.stringify(event))
  }
  const flush = (): void => {
    for (const event of waiting.splice(0)) deliver(event)
  }
  socket.onopen = () => {
    const isClosing = state === 'closing'
    state = 'open'
    flush()
    if (!isClosing) return
    state = 'closing'
    socket.close()
  }
  socket.onerror = () => lose(`no server listens at ${address}`)
  socket.onclose = () => lose('the receiver has gone')
  return {
    send(event) {
      if (state === 'open') deliver(event)
      else if (state === 'connecting' && waiting.push(event) > MOST_WAITING) lose(`no server answers at ${address}`)
    },
    async close() {
      if (state === 'over') return
      // Events that wait for the connection are sent when it opens.
      if (state === 'open') socket.close()
      state = 'closing'
      const timer = setTimeout(settle, LONGEST_CLOSE_MS)
      await settled
      clearTimeout(timer)
    },
  }
}
