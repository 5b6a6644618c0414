import { dirname, resolve } from 'node:path'
import { ProviderQueues } from '../../actors/llm/provider-queues.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Clock } from '../../core/clock.ts'
import { Fault } from '../../core/fault.ts'
import type { Performer } from '../../service/performer.ts'
import type { Store } from '../../store/store.ts'
import { createPerformer, type PerformerOptions } from '../performer.ts'
import type { EnvironmentVariables, Project } from './project.ts'
import { readSecrets, toPricing, toToolOptions } from './project-access.ts'
import { readProviders } from './provider-access.ts'

export interface ProjectAccess {
  environment: EnvironmentVariables
  /** Absolute: the folder of the workflow. */
  folder: string
  /** Values by name. */
  secrets: Record<string, string>
}

/** Gives the steps of a workflow what its project allows: folders, addresses, providers, prices and secrets. */
export const toPerformerOptions = (
  project: Project,
  { environment, folder, secrets }: ProjectAccess,
): Required<Pick<PerformerOptions, 'tools' | 'providers' | 'pricing' | 'secrets'>> => ({
  tools: toToolOptions(project, folder),
  providers: readProviders(project, environment),
  pricing: toPricing(project),
  secrets,
})

export interface ProjectPerformersOptions {
  store: Store
  project: Project
  environment: EnvironmentVariables
  clock: Clock
}

/** Shares a performer between runs that may touch the same folders and hold the same secrets. */
export class ProjectPerformers {
  readonly #options: ProjectPerformersOptions
  readonly #known = new Map<string, Performer>()
  readonly #queues: ProviderQueues

  constructor(options: ProjectPerformersOptions) {
    this.#options = options
    this.#queues = new ProviderQueues(options.clock, options.store.slots)
  }

  /** @throws Fault `unauthorized` when a secret has no value here */
  of(run: { workflow: CompiledWorkflow; folder: string | undefined }): Performer {
    const { workflow, folder = this.folderOf(workflow) } = run
    const { store, project, environment, clock } = this.#options
    const { values: secrets, problems } = readSecrets(workflow.secrets, { project, environment })
    const [problem] = problems
    if (problem !== undefined) throw new Fault('unauthorized', `${problem.message}\n${problem.hint}`)
    const key = JSON.stringify([folder, Object.keys(secrets).sort()])
    const options = (): PerformerOptions => toPerformerOptions(project, { environment, folder, secrets })
    const performer = this.#known.get(key) ?? createPerformer({ ...options(), store, clock, queues: this.#queues })
    this.#known.set(key, performer)
    return performer
  }

  /** The load of each provider that was called. */
  listProviders(): { provider: string; inUse: number; waiting: number }[] {
    return this.#queues.list()
  }

  /** Tells the other servers which slots of providers are free. Never rejects. */
  settle(): Promise<void> {
    return this.#queues.settle()
  }

  /** Absolute: the folder of the workflow's file. */
  folderOf({ source }: CompiledWorkflow): string {
    return dirname(resolve(this.#options.project.folder, source.file))
  }
}
