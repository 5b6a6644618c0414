/**
 * The queue in front of the database. Changes are made in the order of the calls, over one connection.
 *
 * It owns that connection, the transactions, and the outcome of each job. It knows nothing of runs or tables.
 *
 * Invariants
 * 1. J1: a job succeeds only after the commit of its transaction.
 * 2. All jobs of one turn of the event loop, and those that come while a transaction is under way, are one transaction and one
 *    round trip: their statements are sent one behind the other, without a look at answers. Writes become one statement.
 * 3. A job that needs the answers of its own statements (`transaction`) has a transaction of its own.
 * 4. A job whose statement is at fault fails alone: the others are done again without it.
 * 5. A lost connection is opened again, and the jobs under way are done again. Each of them notices that it was done already.
 * 6. When the database stays away, or is full, all jobs under way fail, and may be repeated later.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { isRefusal, StoreError } from '../store-error.ts'
import { Reopened } from './connection.ts'
import { DISCARD_PLANS, PlanAges } from './plan-ages.ts'
import { isConnectionLost, isContended, isStatementError, postgresCode, toStoreError } from './postgres-error.ts'
import { createSession, type Session, sql } from './session.ts'
import type { Verdict, WriteJob } from './write-job.ts'
import { judgeWrites } from './write-statement.ts'

/** Longest wait for the database until the calls fail: longer than any lease. */
export const GIVE_UP_MS = 30_000

const MOST_AT_ONCE = 1_000

/** Pause before a retry, in milliseconds: random, so that two processes do not keep colliding. */
const pauseMs = (tries: number): number => Math.min(1_000, 10 * 2 ** tries) * (0.5 + Math.random())

/** One statement whose answer needs no further statement. */
export interface StatementJob {
  kind: 'statement'
  send(session: Session): Promise<unknown>
  /** The answer of the last `send` counts. `isRepeated`: an earlier try may have been committed. */
  succeed(isRepeated: boolean): void
  fail(error: unknown): void
}

export interface TransactionJob {
  kind: 'transaction'
  /** Runs inside a transaction, once or more. Returns what `succeed` does after the commit. */
  perform(session: Session, isRepeated: boolean): Promise<() => void>
  fail(error: unknown): void
}

type Job = WriteJob | StatementJob | TransactionJob

const BEGIN = sql('begin')
const COMMIT = sql('commit')

export class CommitQueue {
  readonly #location: string
  readonly #connection: Reopened
  readonly #giveUpMs: number
  readonly #planAges = new PlanAges()
  #jobs: Job[] = []
  #running: Promise<void> | undefined
  /** Number of tries of the jobs at the front, and the time of the first one. */
  #tries = 0
  #triedSince = 0
  /** Jobs that are done one by one, since one of them is at fault. */
  #alone = 0

  constructor(config: pg.ClientConfig, { location, giveUpMs = GIVE_UP_MS }: { location: string; giveUpMs?: number }) {
    this.#location = location
    this.#giveUpMs = giveUpMs
    const pipelined: pg.ClientConfig & { pipeline: true } = { ...config, pipeline: true }
    this.#connection = new Reopened(pipelined, { location })
  }

  add(job: Job): void {
    this.#jobs.push(job)
    this.#running ??= new Promise((resolve) => {
      setImmediate(() => this.#run().then(resolve))
    })
  }

  async close(): Promise<void> {
    while (this.#running !== undefined) await this.#running
    await this.#connection.close()
  }

  async #run(): Promise<void> {
    while (this.#jobs.length > 0) {
      const jobs = this.#take()
      try {
        await this.#perform(jobs)
        this.#tries = 0
      } catch (error) {
        await this.#recover(jobs, error)
      }
    }
    this.#running = undefined
    this.#connection.rest()
  }

  /** Takes the jobs at the front that can be one transaction. */
  #take(): Job[] {
    if (this.#alone > 0) {
      this.#alone -= 1
      return this.#jobs.splice(0, 1)
    }
    const found = this.#jobs.findIndex(({ kind }) => kind === 'transaction')
    const end = found === -1 ? this.#jobs.length : Math.max(1, found)
    return this.#jobs.splice(0, Math.min(end, MOST_AT_ONCE))
  }

  async #perform(jobs: readonly Job[]): Promise<void> {
    const client = await this.#connection.open()
    const session = createSession(client)
    if (this.#planAges.areOld(client)) await session.all(DISCARD_PLANS)
    const [first] = jobs
    if (first?.kind === 'transaction') return this.#performAlone(first, session)
    const steps = toSteps(jobs, this.#tries > 0)
    const isAlone = steps.length === 1
    const answers = await Promise.allSettled([
      ...(isAlone ? [] : [session.all(BEGIN)]),
      ...steps.map(({ send }) => send(session)),
      ...(isAlone ? [] : [session.all(COMMIT)]),
    ])
    // The statements behind one that failed fail too.
    const failed = answers.find((answer) => answer.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    for (const { settle } of steps) settle()
  }

  async #performAlone(job: TransactionJob, session: Session): Promise<void> {
    let done: () => void
    try {
      const [, result] = await Promise.all([session.all(BEGIN), job.perform(session, this.#tries > 0)])
      done = result
      await session.all(COMMIT)
    } catch (error) {
      if (isConnectionLost(error)) throw error
      await session.all(sql('rollback'))
      if (!isRefusal(error)) throw error
      job.fail(error)
      return
    }
    done()
  }

  async #recover(jobs: readonly Job[], error: unknown): Promise<void> {
    const isLost = isConnectionLost(error) || postgresCode(error)?.startsWith('57') === true
    if (isLost) this.#connection.discard()
    if (isLost || isContended(error)) {
      if (this.#tries === 0) this.#triedSince = performance.now()
      this.#tries += 1
      if (performance.now() - this.#triedSince < this.#giveUpMs) {
        this.#jobs.unshift(...jobs)
        return delay(pauseMs(this.#tries))
      }
    } else if (jobs.length > 1 && isStatementError(error)) {
      this.#jobs.unshift(...jobs)
      this.#alone = jobs.length
      return
    }
    this.#tries = 0
    const translated = toStoreError(error, this.#location)
    for (const job of jobs) job.fail(translated)
  }
}

interface Step {
  send(session: Session): Promise<unknown>
  settle(): void
}

/** Adjacent writes of different runs become one statement. */
const toSteps = (jobs: readonly Job[], isRepeated: boolean): Step[] => {
  const steps: Step[] = []
  let writes: WriteJob[] = []
  const close = (): void => {
    if (writes.length > 0) steps.push(toWriteStep(writes))
    writes = []
  }
  for (const job of jobs) {
    if (job.kind === 'write') {
      job.close()
      if (writes.some(({ claim }) => claim.runKey === job.claim.runKey)) close()
      writes.push(job)
      continue
    }
    close()
    if (job.kind === 'statement')
      steps.push({ send: (session) => job.send(session), settle: () => job.succeed(isRepeated) })
  }
  close()
  return steps
}

const toWriteStep = (jobs: readonly WriteJob[]): Step => {
  let verdicts: ReadonlyMap<number, Verdict> = new Map()
  return {
    send: async (session) => {
      verdicts = await judgeWrites(session, jobs)
    },
    settle: () => {
      for (const job of jobs) job.settle(verdicts.get(job.claim.runKey))
    },
  }
}

export const closedError = (location: string): StoreError =>
  new StoreError('closed', `database '${location}' is closed`)
