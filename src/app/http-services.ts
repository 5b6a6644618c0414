/** Wires what the HTTP interface asks of a server. */
import { type Compilation, compileInParts } from '../compiler/compile.ts'
import type { Diagnostic } from '../compiler/diagnostic.ts'
import { decodeSource } from '../compiler/read/decode-source.ts'
import type { Host } from '../runtime/host.ts'
import { cancelRun } from '../service/control/cancel-run.ts'
import { readPastRun } from '../service/history/past-run.ts'
import type { OpenedSchedule } from '../service/schedules/open-schedule.ts'
import { retrySlots } from '../service/schedules/retry-slots.ts'
import { submitWorkflow } from '../service/submit.ts'
import { compileInTurns } from '../service/workflows/compile-stored.ts'
import { InvalidSource } from '../service/workflows/invalid-source.ts'
import { type FoundWorkflow, loadRegistered } from '../service/workflows/registered-workflow.ts'
import { toRunnable } from '../service/workflows/runnable.ts'
import type { ScheduleRecord } from '../store/schedule-record.ts'
import type { ApiServices, WantedSubmission } from '../web/api/services.ts'
import { createCatalogue } from './catalogue.ts'
import type { StoredDefinitions } from './definitions/stored-definitions.ts'
import { createKnownVault } from './project/known-vault.ts'
import type { EnvironmentVariables, Project } from './project/project.ts'
import { createProjectCatalogue, readVariables, toPricing } from './project/project-access.ts'

export interface HttpServicesOptions extends Pick<ApiServices, 'store' | 'clock' | 'meter' | 'isReady' | 'onProblem'> {
  project: Project
  environment: EnvironmentVariables
  host: Host
  definitions: StoredDefinitions
  /** @throws Fault as `openSchedule` */
  openSchedule(schedule: ScheduleRecord): Promise<OpenedSchedule>
  /** A run was queued. */
  onSubmitted(): void
}

/** Timeout for an answer of the process that holds a run. */
const CANCEL_WAIT_MS = 3_500

export const createHttpServices = (options: HttpServicesOptions): ApiServices => {
  const { store, project, environment, clock, host, meter, isReady, onProblem } = options
  const catalogue = createCatalogue()
  const env = readVariables(project, environment)
  const vault = createKnownVault(project, environment)
  const find = createFinder(options)
  return {
    store,
    clock,
    catalogue,
    vault,
    meter,
    isReady,
    onProblem,
    async submit({ from, input, key, by, againIf }) {
      const { workflow, folder } = await find(from)
      const request = { input, env, folder, by, ...(key !== undefined && { key }), ...(againIf && { againIf }) }
      const submitted = await submitWorkflow(workflow, request, { store, clock, vault, pricing: toPricing(project) })
      options.onSubmitted()
      return submitted
    },
    compileSource: (text) => compileText(text, project),
    checkSource: (text) => checkText(text, project),
    compileStored: (definition) => options.definitions.compile(definition, listVariables(project)),
    projectCatalogue: createProjectCatalogue(project),
    variables: project.config.env,
    readPast: (run) => readPastRun(store, run, { catalogue, environment: env, workingFolder: project.folder }),
    async submitCopy({ stored: { workflow, folder, environment: variables }, start }, by) {
      const request = { ...start, folder, env: variables, ...(by !== undefined && { by }) }
      const submitted = await submitWorkflow(workflow, request, { store, clock, vault, pricing: toPricing(project) })
      options.onSubmitted()
      return submitted
    },
    async plan({ from, input, models }) {
      const { planFound } = await import('./http-plans.ts')
      return planFound(await find(from), { input, models, store, project, environment })
    },
    async retrySlots(schedule, failures) {
      const retried = await retrySlots(schedule, failures, { store, clock, open: options.openSchedule })
      options.onSubmitted()
      return retried
    },
    cancel: (run, by) =>
      cancelRun(store, run, {
        by,
        waitMs: CANCEL_WAIT_MS,
        environment: env,
        workingFolder: project.folder,
        catalogue,
        open: () => host,
      }),
  }
}

/** All variables that the config lists: validity must not depend on which of them are set. */
const listVariables = ({ config }: Project) => ({
  models: {},
  env: Object.fromEntries(config.env.map((name): [string, null] => [name, null])),
})

/** Most workflows that are kept compiled. */
const MOST_KEPT = 200

/** Finds the workflow of a submission, and compiles each registered version once: requests that come meanwhile wait for it too. */
const createFinder = ({ store, project, definitions }: HttpServicesOptions) => {
  const kept = new Map<string, Promise<FoundWorkflow>>()
  const load = (name: string): Promise<FoundWorkflow> =>
    loadRegistered(store, name, {
      workingFolder: project.folder,
      compile: (definition) => definitions.compile(definition, listVariables(project)),
      mayBeFile: false,
    })
  const registered = async (name: string): Promise<FoundWorkflow> => {
    const entry = await store.findWorkflow(name)
    if (entry === undefined) return load(name)
    const key = `${entry.definition} ${entry.folder}`
    const known = kept.get(key)
    if (known !== undefined) return known
    const found = load(name)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, found)
    found.catch(() => kept.delete(key))
    return found
  }
  return (from: WantedSubmission['from']): Promise<FoundWorkflow> =>
    'workflow' in from ? registered(from.workflow) : compileText(from.source, project)
}

const compileText = async (text: string, project: Project): Promise<FoundWorkflow> => {
  const runnable = toRunnable(await readText(text, project))
  if ('workflow' in runnable) return { workflow: runnable.workflow, folder: project.folder }
  throw new InvalidSource(runnable.refused)
}

/** Features of a later release are findings too. */
const checkText = async (text: string, project: Project): Promise<readonly Diagnostic[]> => {
  const compilation = await readText(text, project)
  const runnable = toRunnable(compilation)
  return 'workflow' in runnable ? compilation.diagnostics : runnable.refused
}

/** A text that was sent reads no files: it has no folder of its own. */
const readText = async (text: string, project: Project): Promise<Compilation> => {
  const { source, diagnostics } = decodeSource('workflow.yaml', Buffer.from(text))
  if (diagnostics.hasErrors) return { diagnostics: diagnostics.toList(), compiled: undefined }
  const options = { catalogue: createProjectCatalogue(project), environment: project.config.env }
  return compileInTurns(compileInParts(source, options))
}
