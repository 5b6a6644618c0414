/**
 * Compiles definitions in a thread of its own before the server's thread does. A definition that takes too long, or crashes the
 * compiler, is refused there, and delays no other run.
 */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { Fault, type FaultData, toFault } from '../../core/fault.ts'
import type { CompileStoredOptions } from '../../service/workflows/compile-stored.ts'
import type { Definition } from '../../store/store.ts'

export interface WorkerQuestion {
  id: number
  definition: Pick<Definition, 'hash' | 'file' | 'source' | 'links'>
  options: Omit<CompileStoredOptions, 'catalogue'>
}

export interface WorkerAnswer {
  id: number
  fault: FaultData | null
}

/** Limit of time for one definition, and how long an idle thread is kept. */
const LONGEST_MS = 20_000
const IDLE_MS = 60_000

interface Pending {
  settle(answer: WorkerAnswer): void
  timer: NodeJS.Timeout
}

export class DefinitionChecker {
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #last = 0

  /** @throws Fault `invalid_input` when it does not compile, or not within 20 seconds */
  async check(definition: WorkerQuestion['definition'], options: WorkerQuestion['options']): Promise<void> {
    const id = ++this.#last
    const { hash, file, source, links } = definition
    const answer = await new Promise<WorkerAnswer>((settle) => {
      const timer = setTimeout(() => this.#giveUp(`'${file}' took too long to compile`), LONGEST_MS)
      this.#pending.set(id, { settle, timer })
      this.#open().postMessage({ id, definition: { hash, file, source, links }, options } satisfies WorkerQuestion)
    })
    if (answer.fault !== null) throw toFault(answer.fault)
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#giveUp('the server has stopped')
    await worker?.terminate()
  }

  #open(): Worker {
    clearTimeout(this.#idle)
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(findWorker(), { resourceLimits: { maxOldGenerationSizeMb: 256 } })
    worker.unref()
    worker.on('message', (answer: WorkerAnswer) => this.#take(answer))
    worker.on('error', (error) => this.#giveUp(`the compiler failed: ${error.message}`))
    this.#worker = worker
    return worker
  }

  #take(answer: WorkerAnswer): void {
    const pending = this.#pending.get(answer.id)
    if (pending === undefined) return
    clearTimeout(pending.timer)
    this.#pending.delete(answer.id)
    pending.settle(answer)
    if (this.#pending.size === 0) this.#idle = setTimeout(() => this.#giveUp('idle'), IDLE_MS).unref()
  }

  /** Ends the thread and answers what is pending. The next question opens a new thread. */
  #giveUp(reason: string): void {
    clearTimeout(this.#idle)
    this.#worker?.terminate().catch(() => {})
    this.#worker = undefined
    for (const id of [...this.#pending.keys()])
      this.#take({ id, fault: { code: 'invalid_input', message: reason, retryable: false } })
  }
}

/** The worker stands beside this file in the sources, and at the top of the folder in the bundle. */
const findWorker = (): URL => {
  for (const place of ['./compile-worker.ts', './compile-worker.js', '../compile-worker.js']) {
    const url = new URL(place, import.meta.url)
    if (existsSync(url)) return url
  }
  throw new Fault('unavailable', 'the compiler of the server is missing: expected compile-worker.js in its folder')
}
