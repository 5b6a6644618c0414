/** Checks keys, servers and models of the providers that workflows use; other providers are not checked. */
import type { Project } from '../../../app/project/project.ts'
import { readProviders } from '../../../app/project/provider-access.ts'
import { examineProviders, type ModelHealth, type ProviderHealth } from '../../../app/project/provider-health.ts'
import { findNearest } from '../../../core/nearest.ts'
import type { Context } from '../../context.ts'
import { explainError } from '../../report-error.ts'
import { type DoctorCheck, miss, pass } from './check.ts'
import { findUsedModels, readUsedModels, type UsedModels } from './used-models.ts'

export interface ModelsOptions {
  context: Context
  /** The workflow to check. Default: all workflows of the project. */
  file: string | undefined
}

/** @throws CliError if the file does not exist */
export const checkModels = async (project: Project, { context, file }: ModelsOptions): Promise<DoctorCheck[]> => {
  const looking = { project, context }
  const used = file === undefined ? await findUsedModels(looking) : await readUsedModels(file, looking)
  const providers = readProviders(project, context.environment)
  const found = await examineProviders(used.models.keys(), { providers })
  return [used.check, ...found.flatMap((health) => describeProvider(health, used.models))]
}

const describeProvider = (health: ProviderHealth, used: UsedModels['models']): DoctorCheck[] => [
  ...describeKey(health),
  ...describeServer(health),
  ...health.models.flatMap((model) => describeModel(model, { health, used })),
]

const describeKey = ({ name, key }: ProviderHealth): DoctorCheck[] => {
  if (key.kind === 'none') return []
  return key.kind === 'missing'
    ? [toMiss('key', key.fault)]
    : [pass('key', `${key.variable ?? 'the key'} is set, for ${name}`)]
}

const describeServer = ({ name, server }: ProviderHealth): DoctorCheck[] => {
  switch (server.kind) {
    case 'public':
      return [pass('provider', `${name} at ${server.url} is on the internet: not asked`)]
    case 'failed':
      return [toMiss('provider', server.fault)]
    case 'answers':
      return [
        pass(
          'provider',
          `${name} answers at ${server.url}${server.models === undefined ? ', and lists no models' : ''}`,
        ),
      ]
  }
}

const describeModel = (
  { model, isThere, pull }: ModelHealth,
  { health: { name, server }, used }: { health: ProviderHealth; used: UsedModels['models'] },
): DoctorCheck[] => {
  const full = `${name}/${model}`
  if (isThere === undefined) return []
  if (isThere) return [pass('model', `${full} is there`)]
  const others = (server.kind === 'answers' ? server.models : undefined) ?? []
  const where = `${full} is not there, and ${describeFiles(used.get(full) ?? [])} it`
  return [miss('model', where, [...(pull === undefined ? [] : [pull]), describeOthers(model, others)].join('; or '))]
}

const MOST_NAMES = 3

const describeFiles = (files: readonly string[]): string => {
  const shown = files.slice(0, MOST_NAMES).join(', ')
  const more = files.length > MOST_NAMES ? ` and ${files.length - MOST_NAMES} more` : ''
  return `${shown}${more} ${files.length === 1 ? 'names' : 'name'}`
}

const describeOthers = (model: string, others: readonly string[]): string => {
  if (others.length === 0) return 'give the server a model: it has none'
  const nearest = findNearest(model, others)
  if (nearest !== undefined) return `name one that is there, such as ${nearest}`
  return `name one that is there: ${others.slice(0, MOST_NAMES).join(', ')}${others.length > MOST_NAMES ? ', …' : ''}`
}

/** Words a fault as a run does. */
const toMiss = (name: string, fault: unknown): DoctorCheck => {
  const { message, hint } = explainError(fault)
  return miss(name, message, hint ?? 'check the address')
}
