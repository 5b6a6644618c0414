/**
 * Troupe as a library: compile a workflow, run it durably, or hand its machine to XState.
 *
 * ```ts
 * const { ok, workflow } = compile({ file: 'workflow.yaml' }, { actors: [myTool] })
 * if (ok) console.log((await run(workflow, { input: { name: 'Ada' } })).output)
 * ```
 */
import { LIBRARY_WIRING } from './app/library-wiring.ts'
import { createLibrary } from './library/library.ts'

const library = createLibrary(LIBRARY_WIRING)

// Compile

export type { Diagnostic, Severity } from './compiler/diagnostic.ts'
export type { DiagnosticCode } from './compiler/diagnostic-codes.ts'
export { formatDiagnostic } from './library/compile.ts'
export type { CompileOptions, CompileResult, Workflow } from './library/workflow.ts'

/**
 * Compiles a workflow: its text, or a file (relative to the working directory). Performs nothing, and reads only the file and the
 * files that it names. `diagnostics` holds every finding, sorted by position; `ok` when none of them is an error.
 * @throws Fault `not_found` when the file can't be read
 */
export const compile = library.compile

// Run

export type { ResumeOptions, RunOptions, RunResult } from './library/run-workflow.ts'
export type { SubmitOptions, SubmitResult } from './library/submit.ts'
export type { ModelAccess, Surroundings } from './library/surroundings.ts'
export type { RunNotice } from './runtime/run-notice.ts'

/**
 * Runs a workflow in this process, to its end.
 * @throws Fault before there is a run: `invalid_input` for a wrong input, secret or model, `unauthorized` for a secret without a
 * value, `unavailable` for features of a later release; the signal's reason when it is aborted already. Later: StoreError when the
 * store fails, and Fault `conflict` when another process has taken the run over; then the run can be resumed.
 */
export const run = library.run

/**
 * Resumes a run whose process left or died, from its last recorded outcome, and stays with it to its end; returns the result of a
 * run that has ended. The run needs the actors and secrets that it began with. The id may be cut short, at either end.
 * @throws Fault `not_found`; `conflict` while a living process holds the run, or its flow keeps it queued; StoreError
 */
export const resume = library.resume

/**
 * Enqueues a run in the store and does not wait for it. The run is durable when this resolves. The given `secrets` and keys of
 * `providers` are redacted from the stored input; the process that performs the run needs them.
 * @throws Fault `invalid_input` for a wrong input, model or key; `conflict` for another request under the same key, or when the
 * workflow's flow rejects it; `unavailable` for features of a later release; StoreError
 */
export const submit = library.submit

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
export type { BrokenFinally } from './service/control/aftermath.ts'
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
export type { LlmInput, LlmMessage, LlmTool, LlmToolCall, LlmTurn } from './core/llm.ts'
export { type ActorDefinition, defineActor } from './library/define-actor.ts'
export { defineTool, type Tool, type ToolDefinition } from './library/define-tool.ts'
export type { TypeNotation } from './library/type-notation.ts'
export type { ValueOf } from './library/value-of.ts'
export type { OwnActor } from './service/own-actor.ts'

// XState

export type { MachineContext, MachineInput } from './compiler/machine-context.ts'
export type { Answers, ApprovalAnswer } from './library/answer-step.ts'
export { type ProvideOptions, toMachineInput } from './library/provide-actors.ts'

/**
 * Provides `workflow.machine.provide(provideActors(workflow))` with one actor logic for each kind of step, foreach and workflow
 * included, and for undoing. The options `approve`, `waitFor` and `emit` answer for people and events.
 * `toMachineInput` makes the machine's input. The machine ends in the state `run--completed`, `run--failed` or `run--cancelled`; its
 * output is the workflow's, and `context.fault` the fault that it failed by. The event `{ type: 'CANCEL' }` cancels it.
 * @throws Fault as `run` does
 */
export const provideActors = library.provideActors
