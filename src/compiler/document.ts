/**
 * The typed document: what `read` makes of a YAML file that has the right shape, and what `check` and `lower` work on.
 * Its types are derived from the grammar. Every part keeps its range in the source, so that each later finding has a
 * place. No name is resolved here yet.
 */
import type { JsonValue } from '../core/json.ts'
import type { JsonSchema } from '../core/json-schema.ts'
import type { COMMON_STEP_FIELDS, OnError, RunsOn, retry } from './grammar/common-step-grammar.ts'
import type { PartialOf, RecordOf } from './grammar/record-shape.ts'
import type { Infer } from './grammar/shape.ts'
import type { Trigger } from './grammar/trigger-grammar.ts'
import type { createWorkflowFields, EMPTY_WORKFLOW, Flow, LIMIT_FIELDS, preset } from './grammar/workflow-grammar.ts'
import type { Range } from './source.ts'
import type { ExpressionText, Located, MapNode, ValueNode } from './value-node.ts'

export type { ExpressionText, Flow, Located, MapNode, OnError, RunsOn, Trigger, ValueNode }

export type Limits = RecordOf<typeof LIMIT_FIELDS>
export type Preset = Infer<typeof preset>
export type Retry = Infer<typeof retry>

export type WorkflowFields = PartialOf<ReturnType<typeof createWorkflowFields<Step>>>

/** Keys that a workflow always has: with their defaults where they are absent. */
type DefaultKey = keyof typeof EMPTY_WORKFLOW | 'name'

export interface Workflow extends Omit<WorkflowFields, DefaultKey>, Required<Pick<WorkflowFields, DefaultKey>> {
  range: Range
}

export type Step =
  | LlmStep
  | ToolStep
  | CodeStep
  | MemoryStep
  | WorkflowStep
  | SetStep
  | WaitStep
  | ApproveStep
  | EmitStep
  | FailStep
  | SwitchStep
  | ParallelStep
  | ForeachStep
  | LoopStep
  | DoStep

export type StepKind = Step['kind']

/** The keys of every step. `onError` undefined: `fail`. `next`: a step id or `end`. */
export interface StepCommon extends RecordOf<typeof COMMON_STEP_FIELDS> {
  /** Parts of it could not be read, and are reported: what is missing is no finding of its own, and its output is `any`. */
  malformed?: true
  /** The key that names the kind, such as `llm`. */
  kindRange: Range
  range: Range
}

export interface LlmStep extends StepCommon {
  kind: 'llm'
  /** An alias of `models`, or `provider/name`. */
  model: Located<string>
  prompt?: ValueNode
  /** A list of `{ role, content }`, or one expression for such a list. Excludes `prompt`. */
  messages?: ValueNode
  system?: ValueNode
  images?: ValueNode
  returns?: Located<JsonSchema>
  tools?: Located<string>[]
  maxTurns?: Located<number>
  params?: MapNode
  cacheMs?: Located<number>
  stream?: Located<boolean>
  conversation?: MapNode
}

export interface ToolStep extends StepCommon {
  kind: 'tool'
  tool: Located<string>
  with?: ValueNode
}

export interface CodeStep extends StepCommon {
  kind: 'code'
  language: Located<'javascript' | 'python'>
  source?: Located<string>
  file?: Located<string>
  with?: ValueNode
  returns?: Located<JsonSchema>
  sandbox?: Located<JsonValue>
}

export type MemoryOperation = 'get' | 'put' | 'append' | 'search' | 'delete' | 'list'

export interface MemoryStep extends StepCommon {
  kind: 'memory'
  operation: Located<MemoryOperation>
  with?: ValueNode
}

export interface WorkflowStep extends StepCommon {
  kind: 'workflow'
  workflow: Located<string>
  with?: ValueNode
}

export interface SetStep extends StepCommon {
  kind: 'set'
  values: MapNode
}

export interface WaitStep extends StepCommon {
  kind: 'wait'
  wait:
    | { kind: 'for'; durationMs: Located<number> }
    | { kind: 'for-expression'; expression: ExpressionText }
    | { kind: 'until'; expression: ExpressionText }
    | { kind: 'event'; event: Located<string>; match?: ExpressionText }
}

export interface ApproveStep extends StepCommon {
  kind: 'approve'
  title: ValueNode
  show?: ExpressionText
  form?: Located<JsonSchema>
  by?: ValueNode
}

export interface EmitStep extends StepCommon {
  kind: 'emit'
  event: ValueNode
  with?: ValueNode
}

export interface FailStep extends StepCommon {
  kind: 'fail'
  code: Located<string>
  message: ValueNode
}

export interface SwitchStep extends StepCommon {
  kind: 'switch'
  cases: SwitchCase[]
}

/** `when` is undefined for `else`. */
export interface SwitchCase {
  when?: ExpressionText
  then: { kind: 'continue' } | { kind: 'next'; next: Located<string> } | { kind: 'do'; steps: Step[] }
  range: Range
}

export interface ParallelStep extends StepCommon {
  kind: 'parallel'
  branches: { name: Located<string>; steps: Step[] }[]
  /** How many branches must complete; undefined: all. `any` is 1. */
  join: { kind: 'all' } | { kind: 'any' } | { kind: 'at_least'; count: Located<number> }
}

export interface ForeachStep extends StepCommon {
  kind: 'foreach'
  items: ExpressionText
  as: Located<string>
  /** Default 10. */
  concurrency: Located<number>
  onItemError: Located<'stop' | 'skip' | 'collect'>
  yields?: ExpressionText
  steps: Step[]
}

export interface LoopStep extends StepCommon {
  kind: 'loop'
  test: { kind: 'until' | 'while'; expression: ExpressionText }
  max: Located<number>
  onMax: 'fail' | 'continue'
  steps: Step[]
}

export interface DoStep extends StepCommon {
  kind: 'do'
  steps: Step[]
}
