/**
 * Check: what a document says, held against itself and the catalogue. Names lead somewhere, values have the type that is
 * expected of them, no step reads what may not be there, no run goes on for ever. All findings in one pass; the document
 * stays as it is.
 *
 * It rests on two structures: the steps by number (check/step-index.ts), and the graph of the ways that a run can take
 * (check/flow-graph.ts) with what is surely assigned at each point of it (check/assignment.ts).
 */
import type { Catalogue } from './catalogue.ts'
import { analyseAssignment } from './check/assignment.ts'
import { buildFlow } from './check/build-flow.ts'
import type { CheckContext } from './check/check-context.ts'
import { checkFlowControl } from './check/check-flow-control.ts'
import { checkSteps } from './check/check-steps.ts'
import { checkPresets } from './check/check-tools.ts'
import { checkTriggers } from './check/check-triggers.ts'
import type { ChildWorkflow } from './check/child-workflow.ts'
import { checkEnds } from './check/endless-runs.ts'
import { findErrorScopes } from './check/error-scopes.ts'
import { checkEventlessCycles } from './check/eventless-cycles.ts'
import { createExpressionChecks } from './check/expression-checks.ts'
import { checkFaultCodes } from './check/fault-codes.ts'
import { findNotYet } from './check/find-not-yet.ts'
import { indexSteps } from './check/index-steps.ts'
import { checkModels, createModelNames } from './check/models.ts'
import { checkPrices, findModels } from './check/prices.ts'
import { checkReachable, findReachable } from './check/reachability.ts'
import { createReadChecks } from './check/read-checks.ts'
import { resolveJumps } from './check/resolve-jumps.ts'
import { createScopeNames, type ScopeNames, type StepTypes } from './check/scope-names.ts'
import type { StepIndex } from './check/step-index.ts'
import { createStepTypes } from './check/step-types.ts'
import { createToolNames } from './check/tools.ts'
import { checkVisitBounds } from './check/visit-bounds.ts'
import type { Diagnostic, Diagnostics } from './diagnostic.ts'
import type { Workflow } from './document.ts'
import { NULL, type Type, unionOf } from './expression/type.ts'
import { placeSteps } from './place-steps.ts'
import type { Proofs, Prover } from './prove.ts'
import type { StepPlace } from './step-place.ts'

export interface CheckOptions {
  catalogue: Catalogue
  diagnostics: Diagnostics
  /** Names of environment variables that expressions may read. */
  environment: readonly string[]
  /** Alias to `provider/name`, in place of what the file says. */
  models?: Readonly<Record<string, string>>
  /** The workflows that steps call, by name or path as they call them; one that is missing has been reported. */
  children?: ReadonlyMap<string, ChildWorkflow>
}

export interface CheckedWorkflow {
  workflow: Workflow
  /** By step id. */
  steps: ReadonlyMap<string, StepPlace>
  /** What each step gives out, by its id. */
  outputTypes: ReadonlyMap<string, Type>
  /** What a run gives out. */
  output: Type
  /** Every model that a run may call, those of child workflows included. */
  models: readonly string[]
  /** Warnings about what this release reads and can't run. */
  notYet: readonly Diagnostic[]
  /** What can be said of every run; for a workflow without errors. */
  prove(prover: Prover, options: { stepLimit: number }): Proofs
}

/** Never throws, whatever the document says; what it finds goes to `diagnostics`. */
export const checkWorkflow = (workflow: Workflow, options: CheckOptions): CheckedWorkflow => {
  const { catalogue, diagnostics, environment, children = NO_CHILDREN } = options
  const index = indexSteps(workflow)
  const jumps = resolveJumps(index, diagnostics)
  const flow = buildFlow(index, jumps)
  const reached = findReachable(flow)
  const assignment = analyseAssignment(flow.graph, { entry: flow.entry, reached, count: index.steps.length })

  checkReachable(flow, { index, jumps, reached, diagnostics })
  checkVisitBounds(flow, { jumps, reached, diagnostics })
  checkEnds(flow, { jumps, reached, diagnostics })
  checkEventlessCycles(flow, { jumps, reached, diagnostics })
  checkFaultCodes(index, diagnostics)

  const tools = createToolNames(workflow, catalogue)
  const models = createModelNames(workflow, options.models)
  const types = createStepTypes({
    flow,
    assignment,
    tools,
    children,
    namesOf: (step, seen) => names.ofStep(step, seen),
  })
  const names: ScopeNames = createScopeNames({
    workflow,
    index,
    types,
    environment,
    errors: findErrorScopes(flow, reached),
  })
  const reads = createReadChecks({ index, assignment, reached, diagnostics })
  const expressions = createExpressionChecks({ diagnostics, reads })
  const context: CheckContext = {
    workflow,
    index,
    catalogue,
    children,
    tools,
    models,
    flow,
    names,
    expressions,
    diagnostics,
  }

  checkModels(context)
  checkPrices(context)
  checkPresets(context)
  checkFlowControl(context)
  checkTriggers(context)
  checkSteps(context)
  const output = checkOutput(context) ?? lastOutput(index, { steps: workflow.steps, types })
  return {
    workflow,
    steps: placeSteps(workflow),
    output,
    outputTypes: new Map(index.steps.map((step) => [step.id, types.outputOf(step)])),
    models: findModels(context),
    notYet: findNotYet(context),
    prove: (prover, { stepLimit }) => prover(context, { reached, stepLimit }),
  }
}

const NO_CHILDREN: ReadonlyMap<string, ChildWorkflow> = new Map()

/** The type of what the file says under `output`. */
const checkOutput = ({ workflow: { output }, names, flow, expressions }: CheckContext): Type | undefined =>
  output && expressions.value(output, { names: names.ofEnd(), node: flow.end })

/** Without `output`, a run gives out what its last step did, and nothing when that did not complete. */
const lastOutput = ({ byId }: StepIndex, { steps, types }: { steps: Workflow['steps']; types: StepTypes }): Type => {
  const last = byId.get(steps.at(-1)?.id.value ?? '')
  return last === undefined ? NULL : unionOf([types.outputOf(last), NULL])
}
