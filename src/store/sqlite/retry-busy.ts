import { setTimeout as delay } from 'node:timers/promises'
import { elapsedMs } from '../../core/elapsed-ms.ts'
import { isBusy, toStoreError } from './sqlite-error.ts'

/** Longest wait for the lock of another process until the call fails: longer than any lease. */
export const BUSY_GIVE_UP_MS = 30_000

/** Pause before a retry, in milliseconds: random, so that two processes do not keep colliding. */
export const busyPauseMs = (): number => 2 + Math.random() * 18

/** Retries the work while another process has the lock. The event loop goes on in between. @throws StoreError */
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
