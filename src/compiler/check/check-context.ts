/** Context that the checks of the parts of a workflow share. */
import type { Catalogue } from '../catalogue.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Workflow } from '../document.ts'
import type { ChildWorkflow } from './child-workflow.ts'
import type { ExpressionChecks, Site } from './expression-checks.ts'
import type { Flow } from './flow-builder.ts'
import type { ScopeNames } from './scope-names.ts'
import type { IndexedStep, StepIndex } from './step-index.ts'
import type { ToolNames } from './tools.ts'

export interface CheckContext {
  workflow: Workflow
  index: StepIndex
  catalogue: Catalogue
  /** Children by the name or path that steps call them by. */
  children: ReadonlyMap<string, ChildWorkflow>
  tools: ToolNames
  models: ModelNames
  flow: Flow
  names: ScopeNames
  expressions: ExpressionChecks
  diagnostics: Diagnostics
}

export interface ModelNames {
  /** Returns the models in fallback order; undefined if the name is unknown. */
  resolve(name: string): readonly string[] | undefined
  /** True if a run replaces the model that the file gives to the alias. */
  isReplaced(alias: string): boolean
  isAlias(name: string): boolean
  aliases(): string[]
}

/** Sites of a step at which its expressions are evaluated. */
export interface StepSites {
  step: IndexedStep
  /** Site of `when`. */
  enter: Site
  /** Site of every expression without a site of its own. */
  perform: Site
  /** The same site for `with`, where secrets are allowed. */
  input: Site
  /** Site of the input of `undo`: after the step has completed. */
  undo: Site
  /** Site of a loop's test and of a foreach's `yields`. */
  inside: Site
  /** Site of the conditions of `on_error`: `error` is in scope. */
  caught: Site
  /** Site of the `match` of a wait: `event` is in scope. */
  event: Site
}

export const sitesOf = (step: IndexedStep, { flow, names }: CheckContext): StepSites => {
  const points = flow.points[step.number]
  const own = names.ofStep(step)
  const withSecrets = names.ofStep(step, { secrets: true })
  return {
    step,
    enter: { names: own, node: points?.enter },
    perform: { names: own, node: points?.perform },
    input: { names: withSecrets, node: points?.perform },
    undo: { names: withSecrets, node: points?.undo },
    inside: { names: names.ofStep(step, { inside: true }), node: points?.test ?? points?.itemEnd },
    caught: { names: names.ofStep(step, { caught: true }), node: points?.failed },
    event: { names: names.ofStep(step, { event: true }), node: points?.perform },
  }
}
