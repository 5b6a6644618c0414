/**
 * The compiler's table of contents: text in, a checked machine and its findings out.
 *
 *   read   text → document         shape, names of keys, durations; positions kept
 *   check  document → the same     steps, types, records that may be missing, endless runs
 *   lower  document → machine      plain JSON in XState's format, one state a step
 *   link   machine → runnable      expressions, hash, the plan of each step
 *
 * Compiling reads no file, no clock and no environment: the caller passes in what a workflow links to.
 */
import type { JsonSchema } from '../core/json-schema.ts'
import type { Catalogue } from './catalogue.ts'
import { type CheckedWorkflow, checkInParts } from './check.ts'
import { type Diagnostic, Diagnostics } from './diagnostic.ts'
import type { Workflow } from './document.ts'
import type { Type } from './expression/type.ts'
import { inlineFiles } from './inline-files.ts'
import { linkFlow } from './link/flow.ts'
import { linkSchedules, type ScheduleTrigger } from './link/schedule-triggers.ts'
import { type LinkedWorkflow, linkWorkflow } from './link.ts'
import { linkChildren } from './link-children.ts'
import { joinLinks, type LinkReader, type Links, NO_LINKS, type ToolSchemas } from './links.ts'
import { lowerWorkflow } from './lower.ts'
import { finishParts, type Parts } from './parts.ts'
import { placeSteps } from './place-steps.ts'
import type { StepPlan } from './plan.ts'
import { planSteps } from './plan-steps.ts'
import type { Proofs, Prover } from './prove.ts'
import { readInParts } from './read.ts'
import type { Source } from './source.ts'
import { HASHING, hashWorkflow, linkTools } from './workflow-hash.ts'

export interface CompileOptions {
  catalogue: Catalogue
  /** Names of environment variables that expressions may read. */
  environment?: readonly string[]
  /** Alias to `provider/name`, in place of the file's models. */
  models?: Readonly<Record<string, string>>
  /** Only findings are wanted: nothing is lowered, linked or hashed, and `compiled` stays undefined. Default false. */
  checkOnly?: boolean
  /** Reads the files and workflows that the workflow names. Default: there are none. */
  links?: LinkReader
  /** Proves facts about all runs: `proveWorkflow`. Default: nothing is proven. */
  prover?: Prover | undefined
  /** The workflow was accepted when it was stored: its schedules are not judged again. Default false. */
  isStored?: boolean
  /** The hash of the workflow, where it was computed before from the same text and the same links. Default: it is computed. */
  hash?: string | undefined
}

export interface CompiledWorkflow extends LinkedWorkflow {
  name: string
  /** SHA-256 over the canonical form and all that it links: equal hashes mean equal behaviour. */
  hash: string
  source: Source
  workflow: Workflow
  /** Called workflows, by the name or path in the calling steps. */
  children: ReadonlyMap<string, CompiledWorkflow>
  /** Everything linked, the links of its children included: enough to compile it again. */
  links: Links
  /** Type of the run's output. */
  output: Type
  plans: ReadonlyMap<string, StepPlan>
  /** Every model that a run may call, those of child workflows included. */
  models: readonly string[]
  /**
   * Evaluates the key and the limits that a run with this input shares with others; undefined: no `flow`. @throws (the
   * function) Fault `expression_failed`
   */
  flow: ReturnType<typeof linkFlow>
  /** Schedule triggers, in the order of the file. */
  schedules: readonly ScheduleTrigger[]
  /** Closed object schema of the run's input; undefined: the workflow takes none. */
  input: JsonSchema | undefined
  limits: { steps: number; timeMs: number | undefined; tokens: number | undefined; costUsd: number | undefined }
  /** Names of the secrets that it may use, those of child workflows included. */
  secrets: readonly string[]
  /** Features that this release cannot run yet: errors when a run is requested. */
  notYet: readonly Diagnostic[]
}

export interface Compilation {
  diagnostics: Diagnostic[]
  /** Undefined if there are errors, or if only the findings were wanted. */
  compiled: CompiledWorkflow | undefined
  /** Proofs of this workflow alone, not of its children; if they were requested and there are no errors. */
  proofs?: Proofs
}

/** Default of `limits.steps`. */
const DEFAULT_STEP_LIMIT = 100_000

const stepLimitOf = ({ limits }: Workflow): number => limits.steps?.value ?? DEFAULT_STEP_LIMIT

export const compile = (source: Source, options: CompileOptions): Compilation =>
  finishParts(compileInParts(source, options))

/**
 * Compiles in parts, so that the caller can yield to other work in between. The longest parts of a large file are the composition
 * of its YAML and the reading of its steps.
 */
export const compileInParts = (source: Source, options: CompileOptions): Parts<Compilation> =>
  compileNested(source, { ...options, ancestors: [source.file] })

type NestedOptions = CompileOptions & {
  /** Files of the calling workflows and of this one, outermost first. */
  ancestors: readonly string[]
}

function* compileNested(source: Source, options: NestedOptions): Parts<Compilation> {
  const { ancestors, catalogue, environment = [], models = {}, links = NO_LINKS, isStored = false } = options
  const diagnostics = new Diagnostics(source)
  const workflow = yield* readInParts(source, diagnostics)
  if (workflow === undefined) return { diagnostics: diagnostics.toList(), compiled: undefined }
  yield
  const children = yield* linkChildren(workflow, {
    ancestors,
    links,
    diagnostics,
    compileChild: (child) =>
      compileNested(child, {
        ...options,
        checkOnly: false,
        models: {},
        prover: undefined,
        hash: undefined,
        ancestors: [...ancestors, child.file],
      }),
  })
  yield
  const checked = yield* checkInParts(workflow, { catalogue, diagnostics, environment, models, children, isStored })
  const files = inlineFiles(workflow, { links, diagnostics })
  if (diagnostics.hasErrors) return { diagnostics: diagnostics.toList(), compiled: undefined }
  const { prover } = options
  const proofs = prover && { proofs: checked.prove(prover, { stepLimit: stepLimitOf(workflow) }) }
  yield
  const compiled = options.checkOnly === true ? undefined : yield* build({ source, checked, children, files }, options)
  return { diagnostics: diagnostics.toList(), compiled, ...proofs }
}

interface BuiltFrom {
  source: Source
  checked: CheckedWorkflow
  children: ReadonlyMap<string, CompiledWorkflow>
  files: Record<string, string>
}

function* build(
  { source, checked, children, files }: BuiltFrom,
  { catalogue, models = {}, links = NO_LINKS, hash: known }: CompileOptions,
): Parts<CompiledWorkflow> {
  const { workflow } = checked
  const places = placeSteps(workflow)
  yield
  const plans = planSteps({ catalogue, workflow, models, places })
  const tools = linkTools(plans, { catalogue, links })
  yield
  const lowered = lowerWorkflow(workflow, places)
  yield
  const linked = yield* linkWorkflow(workflow, lowered, places)
  yield
  return {
    ...linked,
    name: workflow.name.value,
    hash: known ?? hashWorkflow({ workflow, tools, children }),
    source,
    workflow,
    children,
    links: linksOf({ source, children, files, tools }),
    output: checked.output,
    plans,
    models: checked.models,
    flow: linkFlow(workflow),
    schedules: linkSchedules(workflow),
    input: workflow.input?.value,
    limits: {
      steps: stepLimitOf(workflow),
      timeMs: workflow.limits.timeMs?.value,
      tokens: workflow.limits.tokens?.value,
      costUsd: workflow.limits.costUsd?.value,
    },
    secrets: [
      ...new Set([
        ...workflow.secrets.map(({ value }) => value),
        ...[...children.values()].flatMap(({ secrets }) => secrets),
      ]),
    ],
    notYet: [...checked.notYet, ...[...children.values()].flatMap(({ notYet }) => notYet)],
  }
}

const linksOf = ({
  source,
  children,
  files,
  tools,
}: Omit<BuiltFrom, 'checked'> & { tools: Record<string, ToolSchemas> }): Links => {
  const called = Object.fromEntries(
    [...children].map(([reference, child]) => [reference, { file: child.source.file, text: child.source.text }]),
  )
  const own = {
    files: Object.keys(files).length === 0 ? {} : { [source.file]: files },
    workflows: children.size === 0 ? {} : { [source.file]: called },
    tools,
  }
  return { ...joinLinks([own, ...[...children.values()].map(({ links }) => links)]), hashing: HASHING }
}
