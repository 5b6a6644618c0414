/** `troupe serve` in a process of its own, as it is shipped: to be watched, asked for its memory, and killed. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CLI } from './launch.ts'
import { DATABASE } from './stores.ts'

const MEMORY = join(import.meta.dirname, 'server-memory.cjs')

/** Config of a server that is started in this folder: it serves the database of openDurableStore. */
const CONFIG = `db: ${DATABASE}
durability: process
`

export interface ServerProcessOptions {
  /** How many runs go on at once at the most. */
  mostRuns: number
  /** Default: no HTTP interface. */
  listen?: string
  /** Default: the database of openDurableStore. */
  db?: string
  /** Called with the id of each run that has ended. */
  onEnded?: (run: string) => void
}

export class ServerProcess {
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()
  readonly #onEnded: (run: string) => void
  readonly #url = Promise.withResolvers<string>()
  #taken = 0
  #left = 0

  constructor(folder: string, { mostRuns, listen = 'none', db, onEnded = () => {} }: ServerProcessOptions) {
    if (!existsSync(CLI)) throw new Error(`there is no ${CLI}: run npm run build first`)
    this.#onEnded = onEnded
    writeFileSync(join(folder, 'troupe.config.yaml'), CONFIG)
    const named = db === undefined ? [] : ['--db', db]
    this.#child = fork(CLI, ['serve', '--json', '--max-runs', String(mostRuns), '--listen', listen, ...named], {
      cwd: folder,
      execArgv: ['--expose-gc', '--require', MEMORY],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    if (this.#child.stdout !== null) createInterface(this.#child.stdout).on('line', (line) => this.#hear(line))
  }

  /** Address of its HTTP interface. */
  url(): Promise<string> {
    return this.#url.promise
  }

  /** Resolves when it has taken up so many runs since it began. */
  hasTaken(count: number): Promise<void> {
    return this.#until(() => this.#taken >= count)
  }

  /** Resolves when every run that it has taken up has ended, or only waits. */
  hasNone(): Promise<void> {
    return this.#until(() => this.#left === this.#taken)
  }

  /** KiB that are resident, after garbage was collected. */
  async memoryKib(): Promise<number> {
    this.#child.send('memory')
    const [{ memoryKib }] = (await once(this.#child, 'message')) as [{ memoryKib: number }]
    return memoryKib
  }

  /** KiB that were resident at the most. */
  peakMemoryKib(): number {
    const [, peak] = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')) ?? []
    return Number(peak)
  }

  /** Without a word to it. */
  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  #hear(line: string): void {
    const { type, url, run } = JSON.parse(line) as { type: string; url?: string | null; run?: string }
    if (typeof url === 'string') this.#url.resolve(url)
    if (type === 'problem') throw new Error(line)
    if (type === 'run.taken') this.#taken++
    if (type === 'run.left' || type === 'run.ended') this.#left++
    if (type === 'run.ended' && run !== undefined) this.#onEnded(run)
    for (const look of this.#watchers) look()
  }

  async #until(holds: () => boolean): Promise<void> {
    if (holds()) return
    const ended = new AbortController()
    const isReached = new Promise<void>((resolve) => {
      const look = (): void => {
        if (holds()) resolve()
      }
      this.#watchers.add(look)
      ended.signal.addEventListener('abort', () => this.#watchers.delete(look))
    })
    const isGone = once(this.#child, 'exit', { signal: ended.signal }).then(() => {
      throw new Error('the server has ended')
    })
    await Promise.race([isReached, isGone]).finally(() => ended.abort())
  }
}
