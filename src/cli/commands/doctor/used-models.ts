import { findWorkflows } from '../../../app/project/find-workflows.ts'
import type { Project } from '../../../app/project/project.ts'
import { compileFile } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { shownPath } from '../../workflow-file.ts'
import { type DoctorCheck, miss, pass } from './check.ts'

export interface UsedModels {
  /** Files by the `provider/name` that they name. */
  models: Map<string, string[]>
  /** The search itself as a check. */
  check: DoctorCheck
}

interface Looking {
  project: Project
  context: Context
}

/** The models that one workflow may call. @throws CliError if the file does not exist */
export const readUsedModels = async (file: string, looking: Looking): Promise<UsedModels> => {
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
export const findUsedModels = async ({ project, context }: Looking): Promise<UsedModels> => {
  const { files, isWhole } = findWorkflows(project.folder)
  const models = new Map<string, string[]>()
  let broken = 0
  for (const path of files) {
    const file = shownPath(path, context.workingFolder)
    const { compiled } = await compileFile(file, { project, context })
    if (compiled === undefined) broken++
    for (const model of compiled?.models ?? []) models.set(model, [...(models.get(model) ?? []), file])
  }
  return {
    models,
    check: pass('workflows', describeSearch({ found: files.length, broken, isWhole, models: models.size })),
  }
}

interface Search {
  found: number
  broken: number
  isWhole: boolean
  models: number
}

const describeSearch = ({ found, broken, isWhole, models }: Search): string => {
  if (found === 0) return 'none here: name one to check its models'
  const parts = [
    `${found} found${isWhole ? '' : ', and maybe more'}, with ${describeModels(models)}`,
    ...(broken === 0 ? [] : [`${broken} with errors skipped`]),
  ]
  return parts.join('; ')
}

const describeModels = (count: number): string => (count === 1 ? '1 model' : `${count === 0 ? 'no' : count} models`)
