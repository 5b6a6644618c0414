/** Reads and registers the workflows of a server. */
import { createCatalogue } from '../../app/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { toDefinition } from '../../runtime/new-run.ts'
import type { ShownWorkflow } from '../../service/views/workflow-json.ts'
import type { AppliedWorkflow } from '../../service/workflows/apply-workflows.ts'
import { compileStored } from '../../service/workflows/compile-stored.ts'
import type { ListedWorkflow } from '../../service/workflows/workflow-versions.ts'
import type { RegisteredWorkflow } from '../../store/registered-workflow.ts'
import {
  Applied,
  ShownWorkflow as RemoteWorkflow,
  WorkflowDefinition,
  WorkflowList,
} from '../../web/api/workflow-schemas.ts'
import { CliError } from '../cli-error.ts'
import { toEpoch } from './run-record.ts'
import { type ServerClient, toQuery } from './server-client.ts'

export const readWorkflows = async (client: ServerClient): Promise<ListedWorkflow[]> => {
  const { workflows } = await client.get('/api/v1/workflows', WorkflowList)
  return workflows.map(({ workflow, folder, schedules, ...version }) => ({
    ...toVersion(workflow, version),
    folder,
    schedules,
  }))
}

export const readWorkflow = async (
  client: ServerClient,
  { name, version }: { name: string; version: string | undefined },
): Promise<ShownWorkflow> => {
  const path = toQuery(`/api/v1/workflows/${encodeURIComponent(name)}`, { version })
  const { workflow, file, source, versions, ...shown } = await client.get(path, RemoteWorkflow)
  return {
    shown: toVersion(workflow, shown),
    versions: versions.map((one) => toVersion(workflow, one)),
    definition: { file, source },
  }
}

/** Compiles a version here, with all that was linked to it. @throws Fault `invalid_input` */
export const compileVersion = async (
  client: ServerClient,
  { workflow, version }: RegisteredWorkflow,
): Promise<CompiledWorkflow> => {
  const path = toQuery(`/api/v1/workflows/${encodeURIComponent(workflow)}/definition`, { version })
  const { definition: hash, file, source, links, environment } = await client.get(path, WorkflowDefinition)
  return compileStored({ hash, file, source, links }, { catalogue: createCatalogue(), environment })
}

interface Version {
  version: number
  definition: string
  registered_at: string
}

const toVersion = (workflow: string, { version, definition, registered_at: at }: Version): RegisteredWorkflow => ({
  workflow,
  version,
  definition,
  registeredAt: toEpoch(at) ?? 0,
  folder: null,
})

/**
 * Registers workflows, all or none: a server first says what it would register, and is only asked to if that is the same workflow as
 * here. @throws CliError if it is not; Fault
 */
export const applyRemotely = async (
  client: ServerClient,
  workflows: readonly CompiledWorkflow[],
  { dryRun }: { dryRun: boolean },
): Promise<AppliedWorkflow[]> => {
  const tried = await postAll(client, workflows, { dryRun: true })
  for (const [index, { hash, source }] of workflows.entries())
    if (tried[index]?.definition !== hash)
      throw new CliError(`'${source.file}' is another workflow on ${client.origin}: nothing is registered`, {
        hint: 'a server takes its text alone: files, child workflows and tools that it names must be the same there',
      })
  return dryRun ? tried : postAll(client, workflows, { dryRun: false })
}

const postAll = async (
  client: ServerClient,
  workflows: readonly CompiledWorkflow[],
  { dryRun }: { dryRun: boolean },
): Promise<AppliedWorkflow[]> => {
  const applied: AppliedWorkflow[] = []
  for (const { file, source } of workflows.map(toDefinition)) {
    const body = { source, dry_run: dryRun }
    const { workflows: answered } = await client.post('/api/v1/workflows', Applied, { body })
    applied.push(...answered.map((one) => ({ ...one, file })))
  }
  return applied
}
