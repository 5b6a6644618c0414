/** Plans workflows for the HTTP interface. */
import { compileInParts } from '../compiler/compile.ts'
import { readLinks } from '../compiler/links.ts'
import { proveWorkflow } from '../compiler/prove.ts'
import { checkInput } from '../runtime/check-input.ts'
import { type Plan, planWorkflow } from '../service/forecast/plan.ts'
import { findTypicalCost } from '../service/forecast/typical-cost.ts'
import { compileInTurns } from '../service/workflows/compile-stored.ts'
import { InvalidSource } from '../service/workflows/invalid-source.ts'
import { expectModels } from '../service/workflows/model-overrides.ts'
import type { FoundWorkflow } from '../service/workflows/registered-workflow.ts'
import type { Store } from '../store/store.ts'
import type { WantedPlan } from '../web/api/services.ts'
import type { EnvironmentVariables, Project } from './project/project.ts'
import { createProjectCatalogue, readVariables, toPricing } from './project/project-access.ts'

export interface HttpPlansOptions {
  store: Store
  project: Project
  environment: EnvironmentVariables
}

/** @throws Fault `invalid_input`; InvalidSource; StoreError */
export const planFound = async (
  { workflow }: FoundWorkflow,
  { input, models, store, project, environment }: Omit<WantedPlan, 'from'> & HttpPlansOptions,
): Promise<Plan> => {
  const catalogue = createProjectCatalogue(project)
  expectModels(models, { workflow, catalogue })
  const { source, links } = workflow
  const variables = project.config.env
  const options = { catalogue, environment: variables, links: readLinks(links), models, prover: proveWorkflow }
  const { compiled, proofs, diagnostics } = await compileInTurns(compileInParts(source, options))
  if (compiled === undefined || proofs === undefined) throw new InvalidSource(diagnostics)
  return planWorkflow(compiled, {
    proofs,
    catalogue,
    pricing: toPricing(project),
    environment: variables,
    env: readVariables(project, environment),
    input: input === undefined ? undefined : await checkInput(compiled, input),
    typical: await findTypicalCost(store, compiled),
  })
}
