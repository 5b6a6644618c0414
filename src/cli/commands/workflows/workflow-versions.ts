/** Versions of registered workflows, of a database here or of a server, that a command compares. */
import { createCatalogue } from '../../../app/catalogue.ts'
import type { Project } from '../../../app/project/project.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { compileStored } from '../../../service/workflows/compile-stored.ts'
import { expectVersions, loadVersion } from '../../../service/workflows/workflow-versions.ts'
import type { RegisteredWorkflow } from '../../../store/registered-workflow.ts'
import type { Context } from '../../context.ts'
import { viewProject, withRuns } from '../../open-runs.ts'
import { findServer } from '../../remote/server-client.ts'

export interface WorkflowVersions {
  /** The project of the files that versions are compared with. */
  project: Project
  /** All versions of a name, newest first. @throws Fault `not_found` */
  list(name: string): Promise<readonly [newest: RegisteredWorkflow, ...older: RegisteredWorkflow[]]>
  /** @throws Fault `invalid_input` if it no longer compiles here */
  compile(version: RegisteredWorkflow): Promise<CompiledWorkflow>
}

/** Calls `act` with the server that is named, or else the database of the project. @throws CliError */
export const withVersions = async (
  context: Context,
  act: (versions: WorkflowVersions) => Promise<void>,
): Promise<void> => {
  const client = findServer(context)
  if (client === undefined)
    return withRuns(context, ({ store, project }) =>
      act({
        project,
        list: (name) => expectVersions(store, name),
        async compile(version) {
          const definition = await loadVersion(store, version)
          return compileStored(definition, { catalogue: createCatalogue(), environment: project.config.env })
        },
      }),
    )
  const { compileVersion, readWorkflow } = await import('../../remote/remote-workflows.ts')
  return act({
    project: await viewProject(context),
    async list(name) {
      const { shown, versions } = await readWorkflow(client, { name, version: undefined })
      return [shown, ...versions.slice(1)]
    },
    compile: (version) => compileVersion(client, version),
  })
}
