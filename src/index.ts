/**
 * Troupe as a library: compile a workflow, run it durably, or hand its machine to XState.
 *
 * ```ts
 * const { ok, workflow } = compile({ file: 'workflow.yaml' }, { actors: [myTool] })
 * if (ok) console.log((await run(workflow, { input: { name: 'Ada' } })).output)
 * ```
 */

// Compile

export { compile, formatDiagnostic } from './app/library/compile.ts'
export type { CompileOptions, CompileResult, Workflow } from './app/library/workflow.ts'
export type { Diagnostic, Severity } from './compiler/diagnostic.ts'
export type { DiagnosticCode } from './compiler/diagnostic-codes.ts'

// Run

export { type ResumeOptions, type RunOptions, type RunResult, resume, run } from './app/library/run-workflow.ts'
export { type SubmitOptions, type SubmitResult, submit } from './app/library/submit.ts'
export type { ModelAccess, Surroundings } from './app/library/surroundings.ts'
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
} from './app/library/approvals.ts'
export {
  type PauseOptions,
  pause,
  type SignalOptions,
  type SignalResult,
  signal,
  unpause,
} from './app/library/signal.ts'
export type { UndoneStep } from './app/reach/undone-steps.ts'

// Store

export { openStore, type StoreOptions } from './app/library/open-store.ts'
export type { EventKind, JournalRow, NoteKind } from './store/journal-row.ts'
export type { RunError, RunFilter, RunRecord, RunStatus, Store, UsageTotals } from './store/store.ts'
export { isStoreError, type StoreError, type StoreErrorCode } from './store/store-error.ts'

// Actors of your own

export type { LlmInput, LlmMessage } from './actors/llm/llm.ts'
export { type ActorDefinition, defineActor } from './app/library/define-actor.ts'
export { defineTool, type Tool, type ToolDefinition } from './app/library/define-tool.ts'
export type { TypeNotation } from './app/library/type-notation.ts'
export type { ValueOf } from './app/library/value-of.ts'
export type { OwnActor } from './app/own-actor.ts'
export type { Actor, ActorContext, BlobContent, BlobRef, Logger, Progress, Usage } from './core/actor.ts'
export { Cancelled, isCancelled } from './core/cancelled.ts'
export { FAULT_CODES, Fault, type FaultCode, type FaultData, type FaultOptions, isFault } from './core/fault.ts'
export type { JsonObject, JsonValue } from './core/json.ts'
export type { JsonSchema } from './core/json-schema.ts'

// XState

export type { Answers, ApprovalAnswer } from './app/library/answer-step.ts'
export { type ProvideOptions, provideActors, toMachineInput } from './app/library/provide-actors.ts'
export type { MachineContext, MachineInput } from './compiler/machine-context.ts'
