import { createCatalogue } from '../../../app/catalogue.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { compileStored } from '../../../service/workflows/compile-stored.ts'
import { loadVersion } from '../../../service/workflows/workflow-versions.ts'
import type { RegisteredWorkflow } from '../../../store/registered-workflow.ts'
import type { OpenedRuns } from '../../open-runs.ts'

/** @throws Fault `invalid_input` if it no longer compiles */
export const compileVersion = async (
  { store, project }: OpenedRuns,
  version: RegisteredWorkflow,
): Promise<CompiledWorkflow> =>
  compileStored(await loadVersion(store, version), { catalogue: createCatalogue(), environment: project.config.env })
