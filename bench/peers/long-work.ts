/** Runs that wait, and runs whose process is killed: what is measured of the peers that have something to go on with. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Figure, Workloads } from '../workload.ts'
import type { RunKind, Submission } from './long-runs.ts'

/** Surroundings of the process of the runs: a server or a database, which may outlive it. */
export interface LongStage {
  /** Argument of the program of the runs. */
  address: string
  /** Called when that program runs for the first time. */
  begin(): Promise<void>
  /** Where the process of the runs does not do it itself. */
  submit?(kind: RunKind): Promise<void>
  kill(): Promise<void>
  restart(): Promise<void>
  /** Processes that are counted besides that of the runs. */
  pids(): number[]
  close(): Promise<void>
}

export interface LongEngine {
  note: string
  /** Program of the runs, beside this file. */
  program: string
  openStage(): Promise<LongStage>
}

/** Fewer than of Troupe: more would take some of them minutes. */
const RUNS = 1_000
/** How long runs have to come to where they wait, and those that wait to leave memory. */
const SETTLE_MS = 5_000
const IN_ONE_GO = 100
const MEMORY = join(import.meta.dirname, '../server-memory.cjs')

export const createLongWorkloads = (engine: LongEngine): Workloads => ({
  W6: { id: 'W6', note: `${RUNS} runs; ${engine.note}`, measure: () => measureWaiting(engine) },
  W10: { id: 'W10', note: engine.note, measure: () => measureKilled(engine) },
})

const measureWaiting = async ({ program, openStage }: LongEngine): Promise<Figure[]> => {
  const stage = await openStage()
  const runs = new RunsProcess(program, stage)
  await stage.begin()
  await runs.submit('short', RUNS)
  await runs.haveBegun(RUNS)
  const without = await runs.memoryKib()
  await runs.submit('waiting', RUNS)
  await runs.haveBegun(2 * RUNS)
  const added = (await runs.memoryKib()) - without
  await runs.kill()
  await stage.close()
  return [{ metric: 'a run', unit: 'KiB', value: added / RUNS }]
}

const measureKilled = async ({ program, openStage }: LongEngine): Promise<Figure[]> => {
  const stage = await openStage()
  const killed = new RunsProcess(program, stage)
  await stage.begin()
  await killed.submit('silent', RUNS)
  await killed.haveBegun(RUNS)
  await Promise.all([killed.kill(), stage.kill()])
  const started = performance.now()
  const runs = new RunsProcess(program, stage)
  await stage.restart()
  await runs.haveBegun(RUNS)
  const tookMs = performance.now() - started
  const peakKib = runs.readMemory('VmHWM')
  await runs.kill()
  await stage.close()
  return [
    { metric: `${RUNS} runs`, unit: 's', value: tookMs / 1000 },
    { metric: `${RUNS} runs, peak memory`, unit: 'MiB', value: peakKib / 1024 },
  ]
}

class RunsProcess {
  readonly #stage: LongStage
  readonly #child: ChildProcess
  #begun = 0

  constructor(program: string, stage: LongStage) {
    this.#stage = stage
    this.#child = fork(join(import.meta.dirname, program), [stage.address], {
      execArgv: ['--expose-gc', '--no-warnings', '--require', MEMORY],
    })
    this.#child.on('message', ({ begun = 0 }: { begun?: number }) => {
      this.#begun = Math.max(begun, this.#begun)
    })
  }

  async submit(kind: RunKind, count: number): Promise<void> {
    const { submit } = this.#stage
    for (let from = 0; from < count; from += IN_ONE_GO)
      if (submit === undefined) this.#child.send({ submit: kind, count: IN_ONE_GO } satisfies Submission)
      else await Promise.all(Array.from({ length: IN_ONE_GO }, () => submit(kind)))
  }

  /** Resolves when steps of so many runs have begun in this process. */
  async haveBegun(count: number): Promise<void> {
    while (this.#begun < count) {
      if (this.#child.exitCode !== null) throw new Error(`the runs' process ended with ${this.#child.exitCode}`)
      await delay(LOOK_EVERY_MS)
    }
  }

  /** KiB that are resident after a while, without garbage. */
  async memoryKib(): Promise<number> {
    await delay(SETTLE_MS)
    const asked = new Promise((resolve) => {
      this.#child.on('message', (message: object) => {
        if ('memoryKib' in message) resolve(message)
      })
    })
    this.#child.send('memory')
    await asked
    return this.readMemory('VmRSS')
  }

  /** KiB, all processes that count together. */
  readMemory(field: 'VmRSS' | 'VmHWM'): number {
    const pids = [this.#child.pid ?? 0, ...this.#stage.pids()]
    return pids.reduce((total, pid) => total + readStatus(pid, field), 0)
  }

  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}

const LOOK_EVERY_MS = 5

const readStatus = (pid: number, field: string): number => {
  const [, kib] = new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib)
}
