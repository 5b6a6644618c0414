/**
 * Troupe as a library: compile a workflow, run it durably, or hand its machine to XState.
 *
 * ```ts
 * const { ok, workflow } = compile({ file: 'workflow.yaml' }, { actors: [myTool] })
 * if (ok) console.log((await run(workflow, { input: { name: 'Ada' } })).output)
 * ```
 */

// Compile

export type { Diagnostic, Severity } from './compiler/diagnostic.ts'
export type { DiagnosticCode } from './compiler/diagnostic-codes.ts'
export { compile, formatDiagnostic } from './library/compile.ts'
export type { CompileOptions, CompileResult, Workflow } from './library/workflow.ts'

// Run

export { type ResumeOptions, type RunOptions, type RunResult, resume, run } from './library/run-workflow.ts'
export { type SubmitOptions, type SubmitResult, submit } from './library/submit.ts'
export type { ModelAccess, Surroundings } from './library/surroundings.ts'
export type { RunNotice } from './runtime/run-notice.ts'

// Reach a run

export {
  type Approval,
  type ApprovalName,
  type DecideOptions,
  decide,
  type ListApprovalsOptions,
  linkApproval,
  listApprovals,
} from './library/approvals.ts'
export {
  type PauseOptions,
  pause,
  type SignalOptions,
  type SignalResult,
  signal,
  unpause,
} from './library/signal.ts'
export type { UndoneStep } from './service/control/undone-steps.ts'

// Store

export { openStore, type StoreOptions } from './library/open-store.ts'
export type { EventKind, JournalRow, NoteKind } from './store/journal-row.ts'
export type { RunError, RunFilter, RunRecord, RunStatus, Store, UsageTotals } from './store/store.ts'
export { isStoreError, type StoreError, type StoreErrorCode } from './store/store-error.ts'

// Actors of your own

export type { Actor, ActorContext, BlobContent, BlobRef, Logger, Progress, Usage } from './core/actor.ts'
export { Cancelled, isCancelled } from './core/cancelled.ts'
export { FAULT_CODES, Fault, type FaultCode, type FaultData, type FaultOptions, isFault } from './core/fault.ts'
export type { JsonObject, JsonValue } from './core/json.ts'
export type { JsonSchema } from './core/json-schema.ts'
export type { LlmInput, LlmMessage } from './core/llm.ts'
export { type ActorDefinition, defineActor } from './library/define-actor.ts'
export { defineTool, type Tool, type ToolDefinition } from './library/define-tool.ts'
export type { TypeNotation } from './library/type-notation.ts'
export type { ValueOf } from './library/value-of.ts'
export type { OwnActor } from './service/own-actor.ts'

// XState

export type { MachineContext, MachineInput } from './compiler/machine-context.ts'
export type { Answers, ApprovalAnswer } from './library/answer-step.ts'
export { type ProvideOptions, provideActors, toMachineInput } from './library/provide-actors.ts'
