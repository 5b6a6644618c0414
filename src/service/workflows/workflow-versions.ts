/** Finds registered workflows by name and version. */
import { Fault } from '../../core/fault.ts'
import { didYouMean } from '../../core/nearest.ts'
import type { RegisteredWorkflow } from '../../store/registered-workflow.ts'
import type { Definition, Store } from '../../store/store.ts'

export interface ListedWorkflow extends RegisteredWorkflow {
  /** Number of its schedules. */
  schedules: number
}

/** Lists the newest version of each name, by name. @throws StoreError */
export const readListedWorkflows = async (store: Store): Promise<ListedWorkflow[]> => {
  const schedules = await store.listSchedules()
  return (await store.listWorkflows()).map((one) => ({
    ...one,
    schedules: schedules.filter(({ workflow }) => workflow === one.workflow).length,
  }))
}

/** All versions of a name, newest first. @throws Fault `not_found` */
export const expectVersions = async (
  store: Store,
  name: string,
): Promise<[RegisteredWorkflow, ...RegisteredWorkflow[]]> => {
  const [newest, ...older] = await store.listVersions(name)
  if (newest !== undefined) return [newest, ...older]
  const names = (await store.listWorkflows()).map(({ workflow }) => workflow)
  const known = names.length === 0 ? 'register some: troupe workflows apply DIR' : `registered are ${names.join(', ')}`
  throw new Fault(
    'not_found',
    `no workflow '${name}' is registered in ${store.location}\n${didYouMean(name, names) ?? known}`,
  )
}

/** @throws Fault `not_found` for a version that the name does not have */
export const findVersion = (versions: readonly RegisteredWorkflow[], text: string): RegisteredWorkflow => {
  const found = versions.find(({ version }) => String(version) === text)
  if (found !== undefined) return found
  const known = versions.map(({ version }) => version).toReversed()
  throw new Fault('not_found', `'${versions[0]?.workflow ?? ''}' has no version ${text}\nit has ${known.join(', ')}`)
}

/** @throws Fault `not_found` if the database does not have it */
export const loadVersion = async (store: Store, { definition, workflow }: RegisteredWorkflow): Promise<Definition> => {
  const found = await store.loadDefinition(definition)
  if (found !== undefined) return found
  throw new Fault('not_found', `the definition of '${workflow}' is not in ${store.location}`)
}
