/**
 * Descriptor of one kind of step: everything that the compiler, charts and the simulation know of it. The table
 * `STEP_KINDS` holds one for each kind; no other code lists the kinds. The runtime starts a step by its `StartWay`. Each file of
 * a kind adds the type of its step to `StepKinds` of document.ts.
 *
 * A descriptor imports nothing that imports the table: what needs other kinds, such as the output of the last step of a
 * list, arrives as an argument.
 */
import type { JsonSchema } from '../../core/json-schema.ts'
import type { Bound, BoundName } from '../bound.ts'
import type { CheckContext, StepSites } from '../check/check-context.ts'
import type { BlockFrame, FlowBuilder } from '../check/flow-builder.ts'
import type { FlowNode } from '../check/flow-graph.ts'
import type { NotYet } from '../check/not-yet.ts'
import type { IndexedStep, StepList } from '../check/step-index.ts'
import type { ExpressionText, Located, Preset, StepKind, StepOf } from '../document.ts'
import type { ExpressionNames } from '../expression/expression-names.ts'
import type { Type } from '../expression/type.ts'
import type { GrammarSource } from '../grammar/kind-grammar.ts'
import type { ExpressionSite, MachineBindings } from '../link/bindings.ts'
import type { LinkedStep, StartWay } from '../link/linked-step.ts'
import type { BlockContext } from '../lower/block.ts'
import type { Places } from '../lower/exit.ts'
import type { StateConfig } from '../lower/state-config.ts'
import type { Entered, MachineContext } from '../machine-context.ts'
import type { PlanOptions, StepPlan } from '../plan.ts'
import type { ChildList } from '../step-place.ts'

export interface StepDescriptor<K extends StepKind> {
  grammar: GrammarSource
  /** Reports what is wrong with the kind's own values. */
  check(step: StepOf<K>, sites: StepSites, context: CheckContext): void
  outputType(step: StepOf<K>, context: OutputContext): Type
  /** JSON Schema of the output, from which the simulation makes examples. Default: any value. */
  outputSchema?(step: StepOf<K>, sources: OutputSources): JsonSchema | undefined
  /** Bounds besides `timeout`. */
  bounds?(step: StepOf<K>): Partial<Record<BoundName, Bound>>
  /** Conditions besides `when`, for which the simulation varies its examples. */
  conditions?(step: StepOf<K>): readonly ExpressionText[]
  /** Default: one state that invokes the host. */
  lower?(step: StepOf<K>, context: BlockContext): StateConfig
  /** How the host starts the step. Undefined: the machine itself performs it. */
  start(step: StepOf<K>): StartWay | undefined
  /** Compiles what entering the step evaluates. @throws (the result) Fault `expression_failed` */
  enter(step: StepOf<K>, bindings: MachineBindings): Enter
  /** Compiles the further parts of the linked step. */
  link?(step: StepOf<K>, context: { site: ExpressionSite; places: Places }): Partial<LinkedParts>
  /** Values of the plan that differ from the defaults. */
  plan?(step: StepOf<K>, options: PlanOptions): KindPlan
  chart: StepWording<K>
  /** Present for kinds that hold other steps. */
  block?: BlockDescriptor<K>
  /** Starts of one entry that count against `limits.steps`. Default: 1 where the host starts the step. */
  startsOfOne?(step: StepOf<K>): number
  faults?: StepFaults<K>
  /** The model that the step asks: an alias or `provider/name`. */
  model?(step: StepOf<K>): Located<string>
  /** Tools that the step may call. */
  tools?(step: StepOf<K>): readonly Located<string>[]
  /** The workflow that the step calls. */
  child?(step: StepOf<K>): Located<string>
  /** True: the called workflow runs by itself, with a cost and limits of its own. */
  detaches?(step: StepOf<K>): boolean
  /** Jumps besides those of `next` and `on_error`. */
  jumps?(step: StepOf<K>): readonly Located<string>[]
  /** Features of the step that this release reads and cannot run. */
  notYet?(step: StepOf<K>, context: CheckContext): NotYet[]
  /** Reason why `undo` has no use on this kind. */
  needlessUndo?: string
  /** The step always fails: nothing follows it but what handles its fault. */
  neverCompletes?: true
}

export type Enter = (context: MachineContext) => Entered

/** Parts of a linked step that only some kinds have. */
export type LinkedParts = Pick<LinkedStep, 'output' | 'loop' | 'join' | 'accepts'>

/** Parts of a plan that the kind decides. `isRepeatable`: a lost attempt may be repeated although the step writes. */
export type KindPlan = Partial<Omit<StepPlan, 'id' | 'retry' | 'onLost'>> & { isRepeatable?: true }

export interface StepFaults<K extends StepKind> {
  /** Codes that an actor of this kind usually fails with. */
  usual?: readonly string[]
  /** Codes that the step itself ends with, by its file or by a decision. */
  own?(step: StepOf<K>): readonly string[]
  /** True if the step may end with codes that are known only in a run. */
  isOpen?(step: StepOf<K>): boolean
}

/** Where schemas of outputs come from. */
export interface OutputSources {
  /** Output of a tool or preset; undefined where it is not known. */
  toolOutput(name: string): JsonSchema | undefined
  /** Output of a child workflow, by the name or path that steps call it by. */
  childOutput(reference: string): Type | undefined
}

export interface OutputContext extends OutputSources {
  indexed: IndexedStep
  /** Names that an expression of the step may use; `inside`: as the steps inside it see them. */
  names(options?: { inside: boolean }): ExpressionNames
  /** Output of the last step of a list, null where that has not completed at `end`. Default: at the end of the list. */
  lastOutput(list: StepList | undefined, end?: FlowNode): Type
  /** Output of the step that ends an item of a foreach, null where that may have none. */
  itemOutput(): Type
  /** The point of a loop's test. */
  test: FlowNode | undefined
}

/** Texts of the step's box in a chart. */
export interface StepWording<K extends StepKind> {
  icon: StepIcon | ((step: StepOf<K>) => StepIcon)
  /** One line: what the step does, and with what. `actor`: as planned. */
  describe(step: StepOf<K>, known: { actor: string | undefined; presets: ReadonlyMap<string, Preset> }): string
  /** Short remarks on how it does that. */
  badges?(step: StepOf<K>, presets: ReadonlyMap<string, Preset>): string[]
}

/** Drawings that `chart/svg/icon-paths.ts` has. */
export type StepIcon =
  | 'llm'
  | 'tool'
  | 'code'
  | 'memory'
  | 'workflow'
  | 'set'
  | 'wait'
  | 'event'
  | 'approve'
  | 'emit'
  | 'fail'
  | 'switch'
  | 'parallel'
  | 'foreach'
  | 'loop'
  | 'do'

export interface BlockDescriptor<K extends StepKind> {
  lists(step: StepOf<K>): ChildList[]
  /** Connects the steps inside to the frame of the block. */
  flow(step: StepOf<K>, frame: BlockFrame, builder: FlowBuilder): void
  /** A fault in one list cancels what runs in the others. */
  cancelsBeside?: true
  /** True if the step gives an expression for its output. Default: the output is made of those of the last steps inside. */
  ownOutput?(step: StepOf<K>): boolean
  /** How often the steps inside run for one try of the block, at most; undefined: known only in a run. Default: once. */
  iterations?(step: StepOf<K>): number | undefined
  drawing(step: StepOf<K>): BlockDrawing
}

/**
 * Data for the drawing of a block. `sequence`: one list. `branches`: boxes side by side, one for each list. `items`: one
 * list in a scope of its own. `loop`: one list, with a marker that leads back under the condition `label`. `cases`: arrows
 * with conditions.
 */
export type BlockDrawing =
  | { kind: 'sequence' | 'branches' | 'items' }
  | { kind: 'loop'; label: string }
  | { kind: 'cases'; cases: StepOf<'switch'>['cases'] }
