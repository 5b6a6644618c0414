/** Registers workflows under their names, so that new runs by name use them. Running runs keep the definition that they began with. */
import { dirname, resolve } from 'node:path'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { Fault } from '../../core/fault.ts'
import { toDefinition } from '../../runtime/new-run.ts'
import type { Store } from '../../store/store.ts'
import { toSchedules } from '../schedules/to-schedules.ts'

export interface AppliedWorkflow {
  workflow: string
  file: string
  /** Hash. */
  definition: string
  change: 'new' | 'changed' | 'unchanged'
  /** Version that it is registered as, or would be. */
  version: number
  /** Number of its schedules. */
  schedules: number
}

export interface ApplyOptions {
  /** Epoch milliseconds. */
  at: number
  /** Absolute: base of the names of their files. */
  folder: string
  /** Reports the changes and makes none. Default false. */
  dryRun?: boolean
}

/**
 * The workflows are checked already. Their schedules replace their earlier ones.
 * @throws Fault `conflict` when two have one name, `invalid_input` for a schedule that can't be read: then none is registered;
 * StoreError
 */
export const applyWorkflows = async (
  store: Store,
  workflows: readonly CompiledWorkflow[],
  { at, folder, dryRun = false }: ApplyOptions,
): Promise<AppliedWorkflow[]> => {
  expectDistinct(workflows)
  const planned = await Promise.all(workflows.map((workflow) => planOne(store, workflow, at)))
  if (!dryRun) for (const { workflow, schedules } of planned) await register(store, { workflow, schedules, at, folder })
  return planned.map(({ applied }) => applied)
}

const expectDistinct = (workflows: readonly CompiledWorkflow[]): void => {
  for (const [name, own] of Map.groupBy(workflows, (workflow) => workflow.name))
    if (own.length > 1)
      throw new Fault(
        'conflict',
        `${own.length} files have the workflow '${name}': ${own.map(({ source }) => source.file).join(', ')}\ngive each a name of its own`,
      )
}

type Schedules = ReturnType<typeof toSchedules>

interface Planned {
  workflow: CompiledWorkflow
  schedules: Schedules
  applied: AppliedWorkflow
}

const planOne = async (store: Store, workflow: CompiledWorkflow, at: number): Promise<Planned> => {
  const { name, hash, source } = workflow
  const schedules = toSchedules(workflow, at)
  const known = await store.findWorkflow(name)
  const change: AppliedWorkflow['change'] =
    known === undefined ? 'new' : known.definition === hash ? 'unchanged' : 'changed'
  const version = (known?.version ?? 0) + (change === 'unchanged' ? 0 : 1)
  const applied = { workflow: name, file: source.file, definition: hash, change, version, schedules: schedules.length }
  return { workflow, schedules, applied }
}

const register = async (
  store: Store,
  { workflow, schedules, at, folder }: Pick<Planned, 'workflow' | 'schedules'> & Pick<ApplyOptions, 'at' | 'folder'>,
): Promise<void> => {
  await store.saveDefinition(toDefinition(workflow))
  const { name, hash, source } = workflow
  await store.registerWorkflow({
    workflow: name,
    definition: hash,
    at,
    folder: dirname(resolve(folder, source.file)),
  })
  await store.replaceSchedules(name, schedules)
}
