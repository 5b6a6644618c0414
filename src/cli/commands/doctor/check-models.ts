/** Checks keys, servers and models of the providers that workflows use; other providers are not checked. */
import { CONFIG_NAME } from '../../../app/project/find-config.ts'
import { findWorkflows } from '../../../app/project/find-workflows.ts'
import type { Project } from '../../../app/project/project.ts'
import { listUntrustedProviders, readProviders } from '../../../app/project/provider-access.ts'
import { examineProviders, type ModelHealth, type ProviderHealth } from '../../../app/project/provider-health.ts'
import { toProviderName } from '../../../core/llm.ts'
import { findNearest } from '../../../core/nearest.ts'
import { compileFile } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { toOneLine } from '../../printable.ts'
import { explainError } from '../../report-error.ts'
import { shownPath } from '../../workflow-file.ts'
import { type DoctorCheck, miss, pass } from './check.ts'

/** Checks what `file` or else all workflows of the project use, and its model for vectors. @throws CliError if the file does not exist */
export const checkModels = async (
  project: Project,
  { context, file, online }: { context: Context; file: string | undefined; online: boolean },
): Promise<DoctorCheck[]> => {
  const used =
    file === undefined ? await findUsedModels(project, context) : await readUsedModels(file, { project, context })
  const { embed } = project.config
  if (embed !== undefined && file === undefined)
    used.models.set(embed, [...(used.models.get(embed) ?? []), CONFIG_NAME])
  const untrusted = listUntrustedProviders(project)
  const models = [...used.models.keys()].filter((model) => !untrusted.has(toProviderName(model)))
  const { stderr } = context
  const found = await examineProviders(models, {
    providers: readProviders(project, context.environment),
    onAsk: online ? (name, url) => stderr.write(`asking ${name} at ${toOneLine(url)} …\n`) : undefined,
  })
  const refused = new Set([...used.models.keys()].map(toProviderName).filter((name) => untrusted.has(name)))
  return [
    used.check,
    ...found.flatMap((health) => describeProvider(health, used.models)),
    ...[...refused].map((name) =>
      miss('provider', `the address or key of '${name}' is not trusted: it is not examined`, 'troupe trust'),
    ),
  ]
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
    case 'unasked':
      return [pass('provider', `${name} at ${server.url} is not asked without --online`)]
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

interface UsedModels {
  /** Files by the `provider/name` that they name. */
  models: Map<string, string[]>
  /** The search itself as a check. */
  check: DoctorCheck
}

/** The models that one workflow may call. @throws CliError if the file does not exist */
const readUsedModels = async (file: string, looking: { project: Project; context: Context }): Promise<UsedModels> => {
  const { compiled, diagnostics } = await compileFile(file, looking)
  const [error] = diagnostics.filter(({ severity }) => severity === 'error')
  const models = new Map((compiled?.models ?? []).map((model) => [model, [file]]))
  const check =
    error === undefined
      ? pass('workflow', `${file} names ${describeModels(models.size)}`)
      : miss('workflow', `${file} has errors, so its models are not known`, `troupe validate ${file}`)
  return { models, check }
}

/** The models that the workflows of a project may call; workflows with errors are skipped. */
const findUsedModels = async (project: Project, context: Context): Promise<UsedModels> => {
  const { files, isWhole } = findWorkflows(project.folder)
  const models = new Map<string, string[]>()
  let broken = 0
  for (const path of files) {
    const file = shownPath(path, context.workingFolder)
    const { compiled } = await compileFile(file, { project, context })
    if (compiled === undefined) broken++
    for (const model of compiled?.models ?? []) models.set(model, [...(models.get(model) ?? []), file])
  }
  const more = isWhole ? '' : ', and maybe more'
  const skipped = broken === 0 ? '' : `; ${broken} with errors skipped`
  const search =
    files.length === 0
      ? 'none here: name one to check its models'
      : `${files.length} found${more}, with ${describeModels(models.size)}${skipped}`
  return { models, check: pass('workflows', search) }
}

const describeModels = (count: number): string => (count === 1 ? '1 model' : `${count === 0 ? 'no' : count} models`)
