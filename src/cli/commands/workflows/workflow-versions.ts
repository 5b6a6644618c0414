/** Finds registered workflows by name and version. */
import { createCatalogue } from '../../../app/catalogue.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { compileStored } from '../../../service/workflows/compile-stored.ts'
import type { RegisteredWorkflow } from '../../../store/registered-workflow.ts'
import type { Definition, Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { OpenedRuns } from '../../open-runs.ts'
import { suggest } from '../../option-values.ts'

/** All versions of a name, newest first. @throws CliError if there is none */
export const expectVersions = async (
  store: Store,
  name: string,
): Promise<[RegisteredWorkflow, ...RegisteredWorkflow[]]> => {
  const [newest, ...older] = await store.listVersions(name)
  if (newest !== undefined) return [newest, ...older]
  const names = (await store.listWorkflows()).map(({ workflow }) => workflow)
  const known = names.length === 0 ? 'register some: troupe workflows apply DIR' : `registered are ${names.join(', ')}`
  throw new CliError(`no workflow '${name}' is registered in ${store.location}`, {
    hint: suggest(name, names, known),
  })
}

/** @throws CliError for a version that the name does not have */
export const findVersion = (versions: readonly RegisteredWorkflow[], text: string): RegisteredWorkflow => {
  const found = versions.find(({ version }) => String(version) === text)
  if (found !== undefined) return found
  const known = versions.map(({ version }) => version).toReversed()
  throw new CliError(`'${versions[0]?.workflow ?? ''}' has no version ${text}`, { hint: `it has ${known.join(', ')}` })
}

/** @throws CliError if the database does not have it */
export const loadVersion = async (store: Store, { definition, workflow }: RegisteredWorkflow): Promise<Definition> => {
  const found = await store.loadDefinition(definition)
  if (found !== undefined) return found
  throw new CliError(`the definition of '${workflow}' is not in ${store.location}`)
}

/** @throws Fault `invalid_input` if it no longer compiles */
export const compileVersion = async (
  { store, project }: OpenedRuns,
  version: RegisteredWorkflow,
): Promise<CompiledWorkflow> =>
  compileStored(await loadVersion(store, version), { catalogue: createCatalogue(), environment: project.config.env })
