/**
 * Composition root of `troupe serve`: takes up the runs of its database, keeps their deadlines and the clock of schedules, and deletes
 * what is kept long enough. No port is opened.
 */
import { dirname, resolve } from 'node:path'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { Fault } from '../core/fault.ts'
import type { JsonObject } from '../core/json.ts'
import { checkInput } from '../runtime/check-input.ts'
import { createLocalPlacement } from '../runtime/effects/local-placement.ts'
import { Host, type Surroundings } from '../runtime/host.ts'
import type { Run, RunExit } from '../runtime/run.ts'
import type { RunWatcher } from '../runtime/run-notice.ts'
import { RunQueue } from '../runtime/run-queue.ts'
import { submitRun } from '../runtime/submit-run.ts'
import { SecretVault } from '../secrets/secret-vault.ts'
import type { SweepReport } from '../service/database/sweep-store.ts'
import { Sweeper } from '../service/database/sweeper.ts'
import { toIndex } from '../service/schedules/to-schedules.ts'
import { compileStoredInTurns } from '../service/workflows/compile-stored.ts'
import { createOwner } from '../store/process-identity.ts'
import type { ScheduleRecord } from '../store/schedule-record.ts'
import type { Definition, RunEnd, Store } from '../store/store.ts'
import { type OpenedSchedule, Scheduler } from '../triggers/schedule/scheduler.ts'
import { keepAnswersIn } from './answer-cache.ts'
import { DefinitionChecker } from './definitions/definition-checker.ts'
import { createLoader } from './local.ts'
import type { EnvironmentVariables, Project } from './project/project.ts'
import { readSecrets, readVariables, toPricing, toToolOptions } from './project/project-access.ts'
import { keysOf, readProviders } from './project/provider-access.ts'

export interface ServerOptions {
  store: Store
  project: Project
  /** Of the process: the secrets and variables that the config names. */
  environment: EnvironmentVariables
  clock?: Clock
  /** How many runs go on at once at the most; default 1,000. */
  mostRuns?: number
  onNotice(notice: ServerNotice): void
}

/** What a server does, and what keeps it from going on: that is tried again. `at` in epoch milliseconds. */
export type ServerNotice = { at: number } & (
  | { type: 'server.started'; pid: number; database: string }
  | { type: 'server.stopped'; signal: string }
  /** `isNew`: nobody had begun it. */
  | { type: 'run.taken'; run: string; workflow: string; isNew: boolean }
  /** The database can't be written to (`cause`): nothing new begins in the run until it can (`run.unheld`). */
  | { type: 'run.held'; run: string; cause: unknown }
  | { type: 'run.unheld'; run: string }
  | { type: 'run.left'; run: string; workflow: string; why: Exclude<RunExit['kind'], 'ended'> }
  | {
      type: 'run.ended'
      run: string
      workflow: string
      status: RunEnd['status']
      durationMs: number
      error: RunEnd['error']
    }
  /** What retention has deleted. */
  | ({ type: 'runs.swept' } & SweepReport)
  /** One run or schedule can't go on, or (without either) the store not be asked. */
  | { type: 'problem'; run?: string | undefined; schedule?: string | undefined; cause: unknown }
)

export interface Server {
  /** How many runs it holds in memory. */
  readonly heldRuns: number
  start(): void
  /** No new work; what is in flight is given a moment, and every run is left so that it can be taken up at once. The store stays open. */
  stop(): Promise<void>
}

const MOST_RUNS = 1_000

export const createServer = (options: ServerOptions): Server => {
  const { store, clock = systemClock, mostRuns = MOST_RUNS, onNotice } = options
  const checker = new DefinitionChecker()
  const definitions = createDefinitions(options, checker)
  const surroundings = createSurroundings(options)
  const { version: pricing } = surroundings.pricing
  const host = new Host({
    store,
    owner: createOwner(),
    clock,
    surround: surroundings.of,
    recompile: definitions.compile,
    prices: surroundings.pricing,
    pricing,
    passivates: true,
  })
  const onProblem = (problem: { run?: string | undefined; schedule?: string | undefined; cause: unknown }): void =>
    onNotice({ type: 'problem', at: clock.now(), ...problem })
  const onTaken = (run: Run, { isNew }: { isNew: boolean }): void => {
    const { id, workflow } = run
    onNotice({ type: 'run.taken', at: clock.now(), run: id, workflow, isNew })
    run.exited.then(
      (exit) => onNotice(toExitNotice(run, { exit, at: clock.now() })),
      () => {},
    )
  }
  const watch = (run: string): RunWatcher => createHeldWatcher(run, { clock, onNotice })
  const queue = new RunQueue({ store, clock, host, mostRuns, watch, onProblem, onTaken })
  const scheduler = new Scheduler({
    store,
    clock,
    onProblem,
    open: (schedule) => openSchedule(schedule, { options, definitions, pricing, vault: surroundings.of }),
  })
  const sweeper = new Sweeper({
    store,
    clock,
    retention: options.project.config.retention,
    onSwept: (report) => onNotice({ type: 'runs.swept', at: clock.now(), ...report }),
    onProblem,
  })
  return {
    get heldRuns() {
      return host.size
    },
    start() {
      queue.start()
      scheduler.start()
      sweeper.start()
    },
    async stop() {
      await Promise.all([queue.stop(), scheduler.stop(), sweeper.stop()])
      await Promise.all([host.stop({ graceMs: GRACE_MS }), checker.close()])
    },
  }
}

/** How long what is in flight has to end when the server stops. */
const GRACE_MS = 8_000

const createHeldWatcher =
  (run: string, { clock, onNotice }: { clock: Clock; onNotice: ServerOptions['onNotice'] }): RunWatcher =>
  (notice) => {
    if (notice.type !== 'run.held') return
    const { cause } = notice
    const at = clock.now()
    onNotice(cause === undefined ? { type: 'run.unheld', at, run } : { type: 'run.held', at, run, cause })
  }

const toExitNotice = ({ id: run, workflow }: Run, { exit, at }: { exit: RunExit; at: number }): ServerNotice => {
  if (exit.kind !== 'ended') return { type: 'run.left', at, run, workflow, why: exit.kind }
  const { end, durationMs } = exit
  return { type: 'run.ended', at, run, workflow, status: end.status, durationMs, error: end.error }
}

interface Definitions {
  compile(
    definition: Definition,
    created: { models: Record<string, string>; env: JsonObject },
  ): Promise<CompiledWorkflow>
}

/** Tried in a thread of their own first. */
const createDefinitions = ({ project, environment }: ServerOptions, checker: DefinitionChecker): Definitions => ({
  async compile(definition, { models, env }) {
    const names = new Set([...Object.keys(readVariables(project, environment)), ...Object.keys(env)])
    const options = { models, environment: [...names] }
    await checker.check(definition, options)
    return compileStoredInTurns(definition, options)
  },
})

/** Runs that may touch the same things and have the same secrets share what performs them. */
const createSurroundings = ({ store, project, environment, clock = systemClock }: ServerOptions) => {
  const known = new Map<string, Surroundings>()
  const providers = readProviders(project, environment)
  const pricing = toPricing(project)
  const create = (folder: string, secrets: Record<string, string>): Surroundings => {
    const vault = new SecretVault({ ...keysOf(providers), ...secrets })
    const cache = keepAnswersIn(store, { redact: (value) => vault.redact(value) })
    const tools = toToolOptions(project, folder)
    const loader = createLoader({ tools, clock, actors: [], providers, pricing, store, cache })
    return { vault, placement: createLocalPlacement(loader, vault) }
  }
  return {
    pricing,
    /** @throws Fault `unauthorized` when a secret has no value here */
    of({ workflow, folder = folderOf(workflow, project) }: { workflow: CompiledWorkflow; folder: string | undefined }) {
      const { values, problems } = readSecrets(workflow.secrets, { project, environment })
      const [problem] = problems
      if (problem !== undefined) throw new Fault('unauthorized', `${problem.message}\n${problem.hint}`)
      const key = JSON.stringify([folder, Object.keys(values).sort()])
      const found = known.get(key) ?? create(folder, values)
      known.set(key, found)
      return found
    },
  }
}

const folderOf = ({ source }: CompiledWorkflow, { folder }: Project): string => dirname(resolve(folder, source.file))

interface ScheduleParts {
  options: ServerOptions
  definitions: Definitions
  pricing: string
  vault: (run: { workflow: CompiledWorkflow; folder: string | undefined }) => Surroundings
}

const openSchedule = async (
  schedule: ScheduleRecord,
  { options, definitions, pricing, vault }: ScheduleParts,
): Promise<OpenedSchedule> => {
  const { store, project, environment, clock = systemClock } = options
  const env = readVariables(project, environment)
  const definition = await store.loadDefinition(schedule.definition)
  const workflow = definition && (await definitions.compile(definition, { models: {}, env }))
  const trigger = workflow?.schedules[toIndex(schedule)]
  const registered = await store.findWorkflow(schedule.workflow)
  if (workflow === undefined || trigger === undefined)
    throw new Fault('not_found', `the definition of schedule '${schedule.id}' is not in ${store.location}`)
  return {
    trigger,
    env,
    async submit({ key, input, schedule: of }) {
      const folder = registered?.folder ?? folderOf(workflow, project)
      const origin = { kind: 'schedule', of } as const
      const wanted = { at: clock.now(), input: await checkInput(workflow, input), env, folder, key, pricing, origin }
      await submitRun(workflow, wanted, { store, vault: vault({ workflow, folder }).vault })
    },
  }
}
