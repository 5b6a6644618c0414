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

/** Limit of time for one definition, the beat that counts it, and how long an idle thread is kept. */
const MOST_BEATS = 20
const BEAT_MS = 1_000
const IDLE_MS = 60_000

interface Pending {
  question: WorkerQuestion
  settle(fault: FaultData | null): void
}

/**
 * The thread works on one definition at a time, the first of the queue: no other is refused for it. Its time is counted in beats, so
 * that a process that was frozen, or had no processor, refuses nothing for that.
 */
export class DefinitionChecker {
  readonly #queue: Pending[] = []
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #beat: NodeJS.Timeout | undefined
  #last = 0
  #isClosed = false

  /** @throws Fault `invalid_input` when it does not compile, or not within 20 seconds; `unavailable` once this is closed */
  async check(definition: WorkerQuestion['definition'], options: WorkerQuestion['options']): Promise<void> {
    if (this.#isClosed) throw toFault(STOPPED)
    const { hash, file, source, links } = definition
    const question = { id: ++this.#last, definition: { hash, file, source, links }, options }
    const fault = await new Promise<FaultData | null>((settle) => {
      this.#queue.push({ question, settle })
      if (this.#queue.length === 1) this.#begin()
    })
    if (fault !== null) throw toFault(fault)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const { settle } of this.#queue.splice(0)) settle(STOPPED)
    await this.#endWorker()
  }

  /** Hands the first of the queue to the thread. */
  #begin(): void {
    const [first] = this.#queue
    if (first === undefined) return
    clearTimeout(this.#idle)
    let beats = 0
    this.#beat = setInterval(() => {
      if (++beats === MOST_BEATS) this.#refuse(`'${first.question.definition.file}' took too long to compile`)
    }, BEAT_MS)
    this.#worker ??= this.#open()
    this.#worker.postMessage(first.question)
  }

  #open(): Worker {
    const worker = new Worker(findWorker(), { resourceLimits: { maxOldGenerationSizeMb: 256 } })
    worker.unref()
    worker.on('message', ({ id, fault }: WorkerAnswer) => {
      if (id === this.#queue[0]?.question.id) this.#answer(fault)
    })
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#refuse(`the compiler failed: ${error.message}`)
    })
    return worker
  }

  /** Answers the first of the queue, and goes on with the next. */
  #answer(fault: FaultData | null): void {
    clearInterval(this.#beat)
    this.#queue.shift()?.settle(fault)
    if (this.#queue.length > 0) this.#begin()
    else this.#idle = setTimeout(() => void this.#endWorker(), IDLE_MS).unref()
  }

  /** The thread may be stuck: the next definition gets a new one. */
  #refuse(message: string): void {
    void this.#endWorker()
    this.#answer({ code: 'invalid_input', message, retryable: false })
  }

  async #endWorker(): Promise<void> {
    clearTimeout(this.#idle)
    clearInterval(this.#beat)
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}

/** It says nothing about the definition: another server can compile it. */
const STOPPED: FaultData = { code: 'unavailable', message: 'the server is stopping', retryable: true }

/** The worker stands beside this file in the sources, and at the top of the folder in the bundle. */
const findWorker = (): URL => {
  for (const place of ['./compile-worker.ts', './compile-worker.js', '../compile-worker.js']) {
    const url = new URL(place, import.meta.url)
    if (existsSync(url)) return url
  }
  throw new Fault('unavailable', 'the compiler of the server is missing: expected compile-worker.js in its folder')
}
