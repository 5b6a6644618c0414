/**
 * One worker process. A process and not a thread: a single large allocation above the heap limit of a thread ends the whole process,
 * here only the worker.
 *
 * 1. It has one task at a time. A task settles once: by its answer, by the end of the process, or by `end`.
 * 2. Its time counts from the moment when its code is loaded, and ends it even inside a built-in function.
 * 3. It keeps this process alive only while it has a task.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { isDefect } from '../../core/defect.ts'
import { Fault } from '../../core/fault.ts'
import { type Frame, FrameReader, writeFrame } from './frames.ts'
import { readAnswer } from './worker-answer.ts'
import type { WorkerTask } from './worker-task.ts'

/** The most that a start may take, on a busy machine too. */
const START_MS = 30_000
/** Tasks that keep their own time say more about where it went, so they come first. */
const GRACE_MS = 250

export interface WorkerOptions {
  memoryMb: number
  /** Called once, when the process is gone. */
  onEnd(): void
}

export type Outcome = { text: string } | { error: Error; begun: boolean }

interface Running {
  task: WorkerTask
  begun: boolean
  timer: NodeJS.Timeout
  settle(outcome: Outcome): void
}

export class WorkerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #memoryMb: number
  readonly #reader = new FrameReader()
  #running: Running | undefined
  #isOpen = true

  constructor({ memoryMb, onEnd }: WorkerOptions) {
    this.#memoryMb = memoryMb
    this.#child = startProcess(memoryMb)
    this.#child.stdout.on('data', (piece: Buffer) => this.#read(piece))
    // A pipe to a process that has ended: its exit tells more.
    this.#child.stdin.on('error', () => {})
    this.#child.on('error', (cause) =>
      this.end(new Fault('unavailable', `no worker process can be started: ${cause.message}`, { cause })),
    )
    this.#child.on('close', (code, signal) => {
      this.end(this.#toEndFault(code, signal))
      onEnd()
    })
    this.#hold(false)
  }

  get id(): number | undefined {
    return this.#child.pid
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  perform(task: WorkerTask): Promise<Outcome> {
    return new Promise((settle) => {
      const timer = setTimeout(
        () => this.end(new Fault('unavailable', 'the worker process did not start in time', { retryable: true })),
        START_MS,
      )
      this.#running = { task, begun: false, timer, settle }
      this.#hold(true)
      writeFrame(this.#child.stdin, { name: task.name, params: task.params }, task.body)
    })
  }

  /** Kills the process. Its task settles with this error. */
  end(error: Error): void {
    this.#isOpen = false
    this.#child.kill('SIGKILL')
    this.#settle({ error, begun: this.#running?.begun ?? false })
    // A task may wait for the place of this worker.
    this.#hold(true)
  }

  #read(piece: Buffer): void {
    try {
      for (const frame of this.#reader.push(piece)) this.#take(frame)
    } catch (error) {
      this.end(
        isDefect(error) ? error : new Fault('tool_failed', 'a worker process sent a broken answer', { cause: error }),
      )
    }
  }

  #take(frame: Frame): void {
    const answer = readAnswer(frame)
    if (answer !== 'begun') this.#settle(answer)
    // A second one would give the task its time again.
    else if (this.#running?.begun === false) this.#begin(this.#running)
  }

  #begin(running: Running): void {
    running.begun = true
    clearTimeout(running.timer)
    running.timer = setTimeout(() => this.end(toTimeout(running.task)), running.task.timeMs + GRACE_MS)
  }

  #settle(outcome: Outcome): void {
    const running = this.#running
    if (running === undefined) return
    clearTimeout(running.timer)
    this.#running = undefined
    this.#hold(false)
    running.settle(outcome)
  }

  /** Streams of a child are sockets, which hold the process by themselves. */
  #hold(holds: boolean): void {
    const method = holds ? 'ref' : 'unref'
    this.#child[method]()
    for (const stream of [this.#child.stdin, this.#child.stdout]) if (stream instanceof Socket) stream[method]()
  }

  /** V8 aborts a process whose heap is full. Any other end came from outside, so another attempt may succeed. */
  #toEndFault(code: number | null, signal: NodeJS.Signals | null): Fault {
    const { subject = 'a task', advice = '' } = this.#running?.task ?? {}
    if (code === null ? CRASHES.has(String(signal)) : code >= LOWEST_CRASH_CODE)
      return new Fault(
        'too_large',
        `${subject} needs more memory than the ${this.#memoryMb} MB of a worker: ${advice}`,
        {
          details: { memory_mb: this.#memoryMb },
        },
      )
    const reason = signal === null ? `with code ${code}` : `by ${signal}`
    return new Fault('unavailable', `the worker process was ended ${reason}: try again`, { retryable: true })
  }
}

/** Signals of V8's abort by platform; as exit codes of shells and of Windows they are 132 and above. */
const CRASHES = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGSEGV', 'SIGBUS'])
const LOWEST_CRASH_CODE = 132

const toTimeout = ({ subject, timeMs, advice }: WorkerTask): Fault =>
  new Fault('timeout', `${subject} runs longer than ${Math.round(timeMs)} ms: ${advice}`)

const startProcess = (memoryMb: number): ChildProcessByStdio<Writable, Readable, null> => {
  const { file, root } = findProgram()
  const flags = [`--max-old-space-size=${memoryMb}`, '--permission', `--allow-fs-read=${root}`, '--no-warnings']
  return spawn(process.execPath, [...flags, file], { env: {}, cwd: root, stdio: ['pipe', 'pipe', 'ignore'] })
}

/** The program stands beside this file in the sources, and in a folder of its own in the bundle. Its root holds all of its code. */
const findProgram = (): { file: string; root: string } => {
  for (const [place, root] of [
    ['./worker.ts', '../../../'],
    ['../worker/worker.js', '../../'],
  ] as const) {
    const url = new URL(place, import.meta.url)
    if (existsSync(url)) return { file: fileURLToPath(url), root: fileURLToPath(new URL(root, url)) }
  }
  throw new Fault(
    'unavailable',
    'the program of worker processes is missing: expected worker/worker.js in the folder of Troupe',
  )
}
