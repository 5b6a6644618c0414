/**
 * Composition root of `troupe serve`: takes up the runs of its database, keeps their deadlines and the clock of schedules, deletes runs
 * whose retention is over, and answers HTTP requests.
 */
import { Beat } from '../core/beat.ts'
import type { Clock } from '../core/clock.ts'
import { Host } from '../runtime/host.ts'
import { RunQueue } from '../runtime/run-queue.ts'
import { Sweeper } from '../service/database/sweeper.ts'
import { type OpenedSchedule, openSchedule } from '../service/schedules/open-schedule.ts'
import { NoticeReporter, type ServerNotice } from '../service/server-notice.ts'
import { joinObservers, type ServerObserver } from '../service/server-observer.ts'
import { measureStore } from '../store/measured-store.ts'
import { createOwner } from '../store/process-identity.ts'
import type { ScheduleRecord } from '../store/schedule-record.ts'
import type { Store } from '../store/store.ts'
import { StoreClock } from '../store/store-clock.ts'
import { Scheduler } from '../triggers/schedule/scheduler.ts'
import { StoredDefinitions } from './definitions/stored-definitions.ts'
import { createMissingNeeds } from './project/missing-needs.ts'
import type { EnvironmentVariables, Project } from './project/project.ts'
import { readVariables, toPricing } from './project/project-access.ts'
import { ProjectPerformers } from './project/project-performers.ts'
import { ServerPresence } from './server-presence.ts'

export interface ServerOptions {
  store: Store
  project: Project
  /** Environment variables of the process: the secrets and variables that the config names. */
  environment: EnvironmentVariables
  /** Default: the clock of the store. */
  clock?: Clock
  /** Limit of runs in memory; default 1,000. */
  mostRuns?: number
  onNotice(notice: ServerNotice): void
  /** Sees the rest. */
  observer?: Omit<ServerObserver, 'onNotice'>
}

export interface Server {
  /** Number of runs in memory. */
  readonly heldRuns: number
  start(): void
  /**
   * Takes up no new work, gives effects in flight a moment to end, and releases every run, so that another process can take it up at
   * once. The store stays open.
   */
  stop(): Promise<void>
  /** Answers HTTP requests too, until it stops. Resolves to the URL. @throws an error with the code EADDRINUSE or EACCES */
  listen(address: { host: string; isLoopback: boolean; port: number; version: string }): Promise<string>
}

const MOST_RUNS = 1_000

/** Interval in which the clock is corrected to that of the store. */
const SYNC_BEAT_MS = 30_000

/** Time that effects in flight have to end when the server stops. */
const GRACE_MS = 8_000

export const createServer = (options: ServerOptions): Server => {
  const { project, environment, mostRuns = MOST_RUNS } = options
  const observers: ServerObserver[] = [{ ...options.observer, onNotice: options.onNotice }]
  const { onNotice, onRunNotice, onStoreCall, onRequest } = joinObservers(observers)
  const store = measureStore(options.store, onStoreCall)
  const storeClock = new StoreClock(store)
  const clock = options.clock ?? storeClock
  const env = readVariables(project, environment)
  const pricing = toPricing(project)
  const definitions = new StoredDefinitions(Object.keys(env))
  const performers = new ProjectPerformers({ store, project, environment, clock })
  const owner = createOwner()
  const host = new Host({
    store,
    owner,
    clock,
    performerOf: (run) => performers.of(run),
    recompile: (definition, created) => definitions.compile(definition, created),
    prices: pricing,
    pricing: pricing.version,
    passivates: true,
    observe: onRunNotice,
  })
  const { report, onProblem, onTaken, watch } = new NoticeReporter(clock, onNotice)
  const queue: RunQueue = new RunQueue({
    ...{ store, clock, host, mostRuns, watch, onProblem, onTaken },
    findMissing: createMissingNeeds({ project, environment }),
    onUnfit(unfit) {
      report({ type: 'runs.unfit', ...unfit })
      presence.hasten()
    },
  })
  const presence = new ServerPresence({ store, clock, owner, listUnfit: () => queue.listUnfit() })
  const open = (schedule: ScheduleRecord): Promise<OpenedSchedule> =>
    openSchedule(schedule, {
      store,
      clock,
      env,
      compile: (definition) => definitions.compile(definition, { models: {}, env }),
      folderOf: (workflow) => performers.folderOf(workflow),
      performerOf: (run) => performers.of(run),
    })
  const work = [
    presence,
    queue,
    new Scheduler({
      store,
      clock,
      onProblem,
      onSkipped: (skipped) => report({ type: 'slots.skipped', ...skipped }),
      open,
    }),
    new Sweeper({
      store,
      clock,
      retention: project.config.retention,
      onSwept: (swept) => report({ type: 'runs.swept', ...swept }),
      onProblem,
    }),
  ]
  let isStopped = false
  let isWorking = false
  const web: { stop(): Promise<void> }[] = []
  const syncing = new Beat(clock, async () => {
    await storeClock.sync().catch((cause: unknown) => onProblem({ run: undefined, cause }))
    if (!isWorking && !isStopped) for (const part of work) part.start()
    isWorking = true
    return SYNC_BEAT_MS
  })
  return {
    get heldRuns() {
      return host.size
    },
    start() {
      syncing.start()
    },
    async listen(address) {
      const [{ startWebServer }, { createHttpServices }, { createServerMetrics }] = await Promise.all([
        import('../web/web-server.ts'),
        import('./http-services.ts'),
        import('../telemetry/metrics/server-metrics.ts'),
      ])
      const { observer, streaming, read } = createServerMetrics({
        heldRuns: () => host.size,
        countLiveRuns: () => store.countLiveRuns(),
        listProviders: () => performers.listProviders(),
        now: () => clock.now(),
      })
      observers.push(observer)
      const isReady = (): boolean => isWorking && !isStopped
      const setting = {
        store,
        project,
        environment,
        clock,
        host,
        definitions,
        meter: { answered: onRequest, streaming, read },
        isReady,
        openSchedule: open,
        // The answer goes out first.
        onSubmitted: () => void setImmediate(() => queue.hasten()),
      }
      const onRequestProblem = (cause: unknown): void => onProblem({ cause })
      const services = createHttpServices({ ...setting, onProblem: onRequestProblem })
      const started = await startWebServer({ ...address, services })
      web.push(started)
      return started.url
    },
    async stop() {
      isStopped = true
      const closed = Promise.all(web.map((part) => part.stop()))
      await syncing.stop()
      await Promise.all(work.map((part) => part.stop()))
      await Promise.all([host.stop({ graceMs: GRACE_MS }), closed])
      await performers.settle()
      // Only now: requests in flight may need it.
      await definitions.close()
    },
  }
}
