/**
 * The typed document: what `read` makes of a YAML file that has the right shape, and what `check` and `lower` work on.
 * Every part keeps its range in the source, so that each later finding has a place. No name is resolved here yet.
 */
import type { JsonValue } from '../core/json.ts'
import type { JsonSchema } from '../core/json-schema.ts'
import type { Range } from './source.ts'

export interface Located<T> {
  value: T
  range: Range
}

/** The text of one CEL expression. `offsets` maps each index of `text` to its offset in the source (YAML escapes and folding shift it). */
export interface ExpressionText {
  text: string
  /** The expression alone, without `${` and `}`. */
  range: Range
  toOffset(index: number): number
}

/** A value in which strings may be, or hold, expressions: `with`, `prompt`, `set`, `output`, … */
export type ValueNode =
  | { kind: 'literal'; value: string | number | boolean | null; range: Range }
  | { kind: 'expression'; expression: ExpressionText; range: Range }
  | { kind: 'template'; parts: (string | ExpressionText)[]; range: Range }
  | { kind: 'list'; items: ValueNode[]; range: Range }
  | { kind: 'map'; entries: { key: Located<string>; value: ValueNode }[]; range: Range }

export type MapNode = Extract<ValueNode, { kind: 'map' }>

export interface Workflow {
  name: Located<string>
  version?: Located<number | string>
  description?: Located<string>
  /** Alias to models in fallback order. */
  models: Map<string, Located<Located<string>[]>>
  limits: Limits
  secrets: Located<string>[]
  input?: Located<JsonSchema>
  triggers: Trigger[]
  steps: Step[]
  output?: ValueNode
  mcp: Map<string, Located<JsonValue>>
  presets: Map<string, Preset>
  flow?: Flow
  runsOn?: Located<RunsOn>
  retention?: Located<JsonValue>
  range: Range
}

export interface Limits {
  costUsd?: Located<number>
  tokens?: Located<number>
  /** Default 100,000. */
  steps?: Located<number>
  timeMs?: Located<number>
  allowUnpriced?: Located<boolean>
}

/** How many runs may go on or begin at once. */
export interface Flow {
  concurrency?: Located<number>
  /** Over `input` and `env`: runs with the same value share the limits. */
  key?: ExpressionText
  onConflict: Located<'queue' | 'reject' | 'replace'>
  /** `10/1m` */
  rate?: Located<string>
  priority?: Located<number>
  /** A limit could not be read, and is reported. */
  malformed?: true
  range: Range
}

export interface Trigger {
  kind: 'nats' | 'webhook' | 'schedule' | 'telegram' | 'whatsapp'
  target: Located<string>
  input?: ValueNode
  when?: ExpressionText
  dedupe?: ExpressionText
  match?: ExpressionText
  /** Of a chat trigger. */
  reply?: ExpressionText
  verify?: Located<'none'> | Located<{ scheme: string; secret: ValueNode }>
  /** The fields that hold no expression, by name. */
  options: Map<string, Located<JsonValue>>
  range: Range
}

export interface Preset {
  tool: Located<string>
  with?: ValueNode
  description?: Located<string>
  approval?: Located<'always'> | { when: ExpressionText }
  range: Range
}

/** `local`, an agent's name, or what the agent must offer. */
export type RunsOn = 'local' | { agent: string } | { needs: string[] }

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

export interface StepCommon {
  id: Located<string>
  description?: Located<string>
  when?: ExpressionText
  timeoutMs?: Located<number>
  retry?: Retry
  /** Undefined: `fail`. */
  onError?: OnError
  onLost?: Located<'retry' | 'fail'>
  runsOn?: Located<RunsOn>
  key?: ValueNode
  undo?: { tool: Located<string>; with?: ValueNode; range: Range }
  /** A step id or `end`. */
  next?: Located<string>
  maxVisits?: Located<number>
  /** Parts of it could not be read, and are reported: what is missing is no finding of its own, and its output is `any`. */
  malformed?: true
  /** The key that names the kind, such as `llm`. */
  kindRange: Range
  range: Range
}

export interface Retry {
  /** Counts attempts, the first included. */
  max?: Located<number>
  backoffMinMs?: number
  backoffMaxMs?: number
  /** Default true: full jitter. */
  jitter?: Located<boolean>
  /** Fault codes; undefined: every retryable fault. */
  on?: Located<string>[]
  range: Range
}

/** `fail`, `continue` or a step id; or a map from fault code to one of these. */
export type OnError =
  | { kind: 'all'; action: Located<string>; range: Range }
  | { kind: 'map'; cases: { code: Located<string>; action: Located<string> }[]; range: Range }

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
