/**
 * Check: verifies a document against itself and the catalogue. Names resolve, values have the expected types, no step
 * reads a record that may be missing, no run is endless. One pass finds everything; the document is not changed.
 *
 * The checks rest on two structures: the steps by number (check/step-index.ts), and the flow graph
 * (check/flow-graph.ts) with the records that are certain at each point (check/assignment.ts).
 */
import type { Catalogue } from './catalogue.ts'
import { type Assignment, analyseAssignment } from './check/assignment.ts'
import { buildFlow } from './check/build-flow.ts'
import type { CheckContext } from './check/check-context.ts'
import { checkFlowControl } from './check/check-flow-control.ts'
import { checkMcpServers } from './check/check-mcp-servers.ts'
import { checkSchedules } from './check/check-schedules.ts'
import { checkSteps } from './check/check-steps.ts'
import { checkPresets } from './check/check-tools.ts'
import { checkTriggers } from './check/check-triggers.ts'
import type { ChildWorkflow } from './check/child-workflow.ts'
import { findEndingSteps, typeOfEnding } from './check/ending-steps.ts'
import { checkEnds } from './check/endless-runs.ts'
import { findErrorScopes } from './check/error-scopes.ts'
import { checkEventlessCycles } from './check/eventless-cycles.ts'
import { createExpressionChecks } from './check/expression-checks.ts'
import { checkFaultCodes } from './check/fault-codes.ts'
import { findNotYet } from './check/find-not-yet.ts'
import type { NodeSet } from './check/flow-graph.ts'
import { indexSteps } from './check/index-steps.ts'
import { checkModels, createModelNames } from './check/models.ts'
import { reportNullOutputs } from './check/null-outputs.ts'
import { checkPrices, findModels } from './check/prices.ts'
import { checkReachable, findReachable } from './check/reachability.ts'
import { createReadChecks } from './check/read-checks.ts'
import { resolveJumps } from './check/resolve-jumps.ts'
import { createScopeNames, type ScopeNames, type StepTypes } from './check/scope-names.ts'
import { createStepTypes } from './check/step-types.ts'
import { createToolNames } from './check/tools.ts'
import { checkVisitBounds } from './check/visit-bounds.ts'
import type { Diagnostic, Diagnostics } from './diagnostic.ts'
import type { ExpressionText, Workflow } from './document.ts'
import type { Type } from './expression/type.ts'
import { finishParts, type Parts } from './parts.ts'
import { placeSteps } from './place-steps.ts'
import type { Proofs, Prover } from './prove.ts'
import type { StepPlace } from './step-place.ts'

export interface CheckOptions {
  catalogue: Catalogue
  diagnostics: Diagnostics
  /** Names of environment variables that expressions may read. */
  environment: readonly string[]
  /** Alias to `provider/name`, in place of the file's models. */
  models?: Readonly<Record<string, string>>
  /** Called workflows, by the name or path in the calling steps. A missing one has been reported. */
  children?: ReadonlyMap<string, ChildWorkflow>
  /** The workflow was accepted when it was stored: schedules that a later release refuses keep no run from going on. Default false. */
  isStored?: boolean
}

export interface CheckedWorkflow {
  workflow: Workflow
  /** By step id. */
  steps: ReadonlyMap<string, StepPlace>
  /** Output types of the steps, by id. */
  outputTypes: ReadonlyMap<string, Type>
  /** Type of the run's output. */
  output: Type
  /** Every model that a run may call, those of child workflows included. */
  models: readonly string[]
  /** Warnings about features that this release reads and cannot run. */
  notYet: readonly Diagnostic[]
  /** Proves facts about all runs; for a workflow without errors. */
  prove(prover: Prover, options: { stepLimit: number }): Proofs
}

/** Never throws, whatever the document holds; findings go to `diagnostics`. */
export const checkWorkflow = (workflow: Workflow, options: CheckOptions): CheckedWorkflow =>
  finishParts(checkInParts(workflow, options))

/** The same in parts. */
export function* checkInParts(workflow: Workflow, options: CheckOptions): Parts<CheckedWorkflow> {
  const { catalogue, diagnostics, environment, children = NO_CHILDREN } = options
  const index = indexSteps(workflow)
  const jumps = resolveJumps(index, diagnostics)
  yield
  const flow = buildFlow(index, jumps)
  yield
  const reached = findReachable(flow)
  yield
  const assignment = analyseAssignment(flow.graph, { entry: flow.entry, reached, count: index.steps.length })

  yield
  const flowContext = { index, jumps, reached, diagnostics }
  checkReachable(flow, flowContext)
  checkVisitBounds(flow, flowContext)
  checkEnds(flow, flowContext)
  yield
  checkEventlessCycles(flow, flowContext)
  yield

  const tools = createToolNames(workflow, catalogue)
  checkFaultCodes(index, { tools, diagnostics })
  const models = createModelNames(workflow, options.models)
  const types = createStepTypes({
    flow,
    assignment,
    reached,
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
  const passed: ExpressionText[] = []
  const expressions = createExpressionChecks({ diagnostics, reads, onPassed: (expression) => passed.push(expression) })
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
  checkMcpServers(context)
  checkFlowControl(context)
  checkTriggers(context)
  if (options.isStored !== true) checkSchedules(context)
  yield* checkSteps(context)
  const output = checkOutput(context) ?? checkEnding(context, { types, assignment, reached })
  yield
  reportNullOutputs(context, { assignment, reached, passed })
  yield
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

/** Returns the type of the file's `output`. */
const checkOutput = ({ workflow: { output }, names, flow, expressions }: CheckContext): Type | undefined =>
  output && expressions.value(output, { names: names.ofEnd(), node: flow.end, isBare: true })

/** Without `output`, a run returns the output of the step that ended it, or null if that did not complete. */
const checkEnding = (
  { workflow, flow, diagnostics }: CheckContext,
  { reached, ...types }: { types: StepTypes; assignment: Assignment; reached: NodeSet },
): Type => {
  const endings = findEndingSteps(flow.end, reached)
  const output = typeOfEnding(endings, types)
  if (output.kind === 'any' && endings.length > 1) {
    const steps = endings.map(({ step }) => `'${step.id}'`).join(', ')
    const message = `the run gives the output of the step that ends it, which is one of ${steps}: their types have nothing in common`
    diagnostics.warning(
      'unclear_output',
      workflow.name.range,
      message,
      'say what the run gives, as in output: { result: … }',
    )
  }
  return output
}
