/**
 * The typed document: what `read` makes of a YAML file that has the right shape, and what `check` and `lower` work on.
 * Its types are derived from the grammar. Every part keeps its range in the source, so that each later finding has a
 * place. No name is resolved here yet.
 */
import type { COMMON_STEP_FIELDS, retry } from './grammar/common-step-grammar.ts'
import type { Fields, PartialOf, RecordOf } from './grammar/record-shape.ts'
import type { Infer } from './grammar/shape.ts'
import type { Trigger } from './grammar/trigger-grammar.ts'
import type { createWorkflowFields, EMPTY_WORKFLOW, preset } from './grammar/workflow-grammar.ts'
import type { Range } from './source.ts'
import type { ExpressionText, Located, MapNode, ValueNode } from './value-node.ts'

export type { ExpressionText, Located, MapNode, Trigger, ValueNode }

export type Preset = Infer<typeof preset>
export type Retry = Infer<typeof retry>

export type WorkflowFields = PartialOf<ReturnType<typeof createWorkflowFields<Step>>>

/** Keys that a workflow always has: with their defaults where they are absent. */
type DefaultKey = keyof typeof EMPTY_WORKFLOW | 'name'

export interface Workflow extends Omit<WorkflowFields, DefaultKey>, Required<Pick<WorkflowFields, DefaultKey>> {
  range: Range
}

/**
 * Typed steps by kind. Each file `steps/<kind>.ts` adds the step that its grammar reads, by `declare module`, so that a new
 * kind needs no edit here.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the files of the kinds
export interface StepKinds {}

export type StepKind = keyof StepKinds

export type StepOf<K extends StepKind> = StepKinds[K]

export type Step = StepKinds[StepKind]

/** A step that holds just what its grammar reads. */
export type KindStep<K extends StepKind, F extends Fields> = StepCommon & RecordOf<F> & { kind: K }

/** The keys of every step. `onError` undefined: `fail`. `next`: a step id or `end`. */
export interface StepCommon extends RecordOf<typeof COMMON_STEP_FIELDS> {
  /** Parts of the step could not be read, and are reported: missing parts are no further finding, and its output is `any`. */
  malformed?: true
  /** The key that names the kind, such as `llm`. */
  kindRange: Range
  range: Range
}
