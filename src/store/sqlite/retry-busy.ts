import { setTimeout as delay } from 'node:timers/promises'
import { isBusy, toStoreError } from './sqlite-error.ts'

/** Longest wait for the lock of another process, before it is an error: longer than any lease. */
export const BUSY_GIVE_UP_MS = 30_000

/** With some chance in it, so that two processes do not keep meeting. */
export const busyPauseMs = (): number => 2 + Math.random() * 18

/** Milliseconds since this process began, by a clock that is never set; `performance` would load much more. */
export const elapsedMs = (): number => process.uptime() * 1000

/** Does the work again while another process has the lock; the event loop goes on in between. @throws StoreError */
export const retryBusy = async <T>(location: string, work: () => T | Promise<T>): Promise<T> => {
  const giveUpAt = elapsedMs() + BUSY_GIVE_UP_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || elapsedMs() > giveUpAt) throw toStoreError(error, location)
    }
    await delay(busyPauseMs())
  }
}
