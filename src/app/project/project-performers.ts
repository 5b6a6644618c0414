import { dirname, resolve } from 'node:path'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Clock } from '../../core/clock.ts'
import { Fault } from '../../core/fault.ts'
import type { Performer } from '../../service/performer.ts'
import type { Store } from '../../store/store.ts'
import { createPerformer } from '../performer.ts'
import type { EnvironmentVariables, Project } from './project.ts'
import { readSecrets, toToolOptions } from './project-access.ts'
import { readModelAccess } from './provider-access.ts'

export interface ProjectPerformersOptions {
  store: Store
  project: Project
  environment: EnvironmentVariables
  clock: Clock
}

/** Runs that may touch the same folders and hold the same secrets share a performer. */
export class ProjectPerformers {
  readonly #options: ProjectPerformersOptions
  readonly #access: ReturnType<typeof readModelAccess>
  readonly #known = new Map<string, Performer>()

  constructor(options: ProjectPerformersOptions) {
    this.#options = options
    this.#access = readModelAccess(options.project, options.environment)
  }

  get pricing(): Performer['pricing'] {
    return this.#access.pricing
  }

  /** @throws Fault `unauthorized` when a secret has no value here */
  of({
    workflow,
    folder = this.folderOf(workflow),
  }: {
    workflow: CompiledWorkflow
    folder: string | undefined
  }): Performer {
    const { store, project, environment, clock } = this.#options
    const { values: secrets, problems } = readSecrets(workflow.secrets, { project, environment })
    const [problem] = problems
    if (problem !== undefined) throw new Fault('unauthorized', `${problem.message}\n${problem.hint}`)
    const key = JSON.stringify([folder, Object.keys(secrets).sort()])
    const found = this.#known.get(key)
    if (found !== undefined) return found
    const created = createPerformer({ ...this.#access, tools: toToolOptions(project, folder), secrets, store, clock })
    this.#known.set(key, created)
    return created
  }

  /** Absolute: the folder of the workflow's file. */
  folderOf({ source }: CompiledWorkflow): string {
    return dirname(resolve(this.#options.project.folder, source.file))
  }
}
