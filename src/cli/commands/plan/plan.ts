/** `troupe plan`: estimates the cost of a workflow before it runs. */
import { isDatabaseTrusted, type Project } from '../../../app/project/project.ts'
import { createProjectCatalogue, readVariables, toPricing } from '../../../app/project/project-access.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { planWorkflow } from '../../../service/forecast/plan.ts'
import { findTypicalCost, type TypicalCost } from '../../../service/forecast/typical-cost.ts'
import { toPlanJson } from '../../../service/views/plan-json.ts'
import { CliError, InvalidFile } from '../../cli-error.ts'
import { compileFile, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { readInputOf } from '../../input.ts'
import { checkAliases, readModels } from '../../model-arguments.ts'
import { hasDatabase, viewProject, withDatabase } from '../../open-runs.ts'
import { writeJson, writeLines } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { findServer, type ServerClient } from '../../remote/server-client.ts'
import { renderPlan } from './plan-text.ts'

export const plan = async (
  context: Context,
  options: { file: string; input?: string[]; model?: string[]; json?: boolean },
): Promise<void> => {
  const { file, json = false } = options
  const project = await viewProject(context, folderOf(file, context.workingFolder))
  const models = readModels(options.model ?? [], project)
  const { compiled, proofs, diagnostics, source } = await compileFile(file, { context, project, models, proofs: true })
  if (compiled === undefined || proofs === undefined) throw new InvalidFile(diagnostics, source)
  checkAliases(models, compiled)
  const input = options.input && (await readInputOf(compiled, { texts: options.input, context }))
  const found = await planWorkflow(compiled, {
    proofs,
    catalogue: createProjectCatalogue(project),
    pricing: toPricing(project),
    environment: project.config.env,
    env: readVariables(project, context.environment),
    input,
    typical: await findTypical(context, { project, workflow: compiled }),
  })
  if (json) writeJson(context, toPlanJson(found))
  else writeLines(context.stdout, renderPlan(found, context.stdout))
}

/** A plan asks nothing: without trust, or without an answer of the server, it goes without the costs of past runs. */
const findTypical = async (
  context: Context,
  { project, workflow }: { project: Project; workflow: CompiledWorkflow },
): Promise<TypicalCost | undefined> => {
  const client = findServer(context)
  if (client !== undefined) return readTypical(context, { client, workflow })
  return isDatabaseTrusted(project) && hasDatabase(project)
    ? withDatabase(project, (store) => findTypicalCost(store, workflow))
    : undefined
}

const readTypical = async (
  { stderr }: Context,
  { client, workflow }: { client: ServerClient; workflow: CompiledWorkflow },
): Promise<TypicalCost | undefined> => {
  try {
    return await (await import('../../remote/remote-reports.ts')).readTypicalCost(client, workflow)
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown
    stderr.write(`the costs of past runs are left out: ${toOneLine(thrown.message)}\n`)
    return undefined
  }
}
