/** Reads the registered workflows of a server. */
import type { ShownWorkflow } from '../../service/views/workflow-json.ts'
import type { ListedWorkflow } from '../../service/workflows/workflow-versions.ts'
import type { RegisteredWorkflow } from '../../store/registered-workflow.ts'
import { ShownWorkflow as RemoteWorkflow, WorkflowList } from '../../web/api/workflow-schemas.ts'
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
