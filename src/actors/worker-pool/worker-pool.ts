/**
 * Processes that perform work of foreign shape: queries, large JSON. Such work may take unbounded time or memory inside one built-in
 * function, which nothing can interrupt but the end of its process.
 *
 * 1. A worker starts when a task finds none idle, up to `size`; further tasks wait in their order. An idle worker ends after `idleMs`.
 * 2. A task that exceeds its time or the memory of its worker ends the worker, and fails with a fault that names the limit. An abort
 *    ends the worker too. The next task gets another one.
 * 3. A task whose worker was killed from outside before it began is performed by another worker.
 */
import { availableParallelism, totalmem } from 'node:os'
import { Cancelled } from '../../core/cancelled.ts'
import { type Outcome, WorkerProcess } from './worker-process.ts'
import type { WorkerTask } from './worker-task.ts'

export interface PoolOptions {
  /** The most workers at once. Default: one less than the processor has cores, 2 to 4. */
  size?: number
  /** The heap of one worker. Default: 512, or a quarter of the memory of the machine or container if that is less. */
  memoryMb?: number
  idleMs?: number
}

const MEMORY_MB = 512
const LEAST_MEMORY_MB = 64
const IDLE_MS = 30_000
const MOST_STARTS = 2

const defaultMemoryMb = (): number => {
  const bounds = [process.constrainedMemory(), totalmem()].filter((bytes) => bytes > 0)
  return Math.max(LEAST_MEMORY_MB, Math.min(MEMORY_MB, Math.floor(Math.min(...bounds) / 4 / 1024 ** 2)))
}

const defaultSize = (): number => Math.max(2, Math.min(4, availableParallelism() - 1))

export class WorkerPool {
  readonly #size: number
  readonly #memoryMb: number
  readonly #idleMs: number
  readonly #open = new Set<WorkerProcess>()
  /** With the timers of their ends; the last used is last. */
  readonly #idle = new Map<WorkerProcess, NodeJS.Timeout>()
  readonly #waiting: (() => void)[] = []

  constructor({ size = defaultSize(), memoryMb = defaultMemoryMb(), idleMs = IDLE_MS }: PoolOptions = {}) {
    this.#size = size
    this.#memoryMb = memoryMb
    this.#idleMs = idleMs
  }

  /** Process ids of all workers, idle ones included. */
  get processIds(): number[] {
    return [...this.#open].flatMap(({ id }) => id ?? [])
  }

  /**
   * Performs a task, and returns its text.
   * @throws Fault `timeout` and `too_large` for its limits, `unavailable` for a worker that was killed, and those of the task; Cancelled
   */
  async run(task: WorkerTask, signal: AbortSignal): Promise<string> {
    for (let starts = 1; ; starts++) {
      const outcome = await this.#perform(task, signal)
      if ('text' in outcome) return outcome.text
      if (signal.aborted) throw new Cancelled()
      if (outcome.begun || starts === MOST_STARTS) throw outcome.error
    }
  }

  /** Ends all workers. Tasks in flight fail. */
  close(): void {
    for (const worker of this.#open) worker.end(new Cancelled())
  }

  async #perform(task: WorkerTask, signal: AbortSignal): Promise<Outcome> {
    const worker = await this.#acquire(signal)
    const cancel = (): void => worker.end(new Cancelled())
    signal.addEventListener('abort', cancel)
    try {
      return await worker.perform(task)
    } finally {
      signal.removeEventListener('abort', cancel)
      this.#release(worker)
    }
  }

  async #acquire(signal: AbortSignal): Promise<WorkerProcess> {
    while (!signal.aborted) {
      const [worker, timer] = [...this.#idle].at(-1) ?? []
      if (worker !== undefined) {
        clearTimeout(timer)
        this.#idle.delete(worker)
        if (worker.isOpen) return worker
        continue
      }
      if (this.#open.size < this.#size) return this.#start()
      await this.#turn(signal)
    }
    // Its turn may have come at the same moment.
    this.#waiting.shift()?.()
    throw new Cancelled()
  }

  #start(): WorkerProcess {
    const worker = new WorkerProcess({
      memoryMb: this.#memoryMb,
      onEnd: () => {
        this.#forget(worker)
        this.#waiting.shift()?.()
      },
    })
    this.#open.add(worker)
    return worker
  }

  /** Resolves when a worker may be free, or at the abort. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const stop = (): void => {
        const at = this.#waiting.indexOf(go)
        if (at >= 0) this.#waiting.splice(at, 1)
        go()
      }
      this.#waiting.push(go)
      signal.addEventListener('abort', stop)
    })
  }

  #release(worker: WorkerProcess): void {
    if (!worker.isOpen) return
    const timer = setTimeout(() => worker.end(new Cancelled()), this.#idleMs).unref()
    this.#idle.set(worker, timer)
    this.#waiting.shift()?.()
  }

  #forget(worker: WorkerProcess): void {
    clearTimeout(this.#idle.get(worker))
    this.#idle.delete(worker)
    this.#open.delete(worker)
  }
}

/** The workers of this process. They are started by the first task. */
export const WORKERS = new WorkerPool()
