/** The port through which the HTTP interface asks the server around it. */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Diagnostic } from '../../compiler/diagnostic.ts'
import type { Clock } from '../../core/clock.ts'
import type { JsonValue } from '../../core/json.ts'
import type { Submitted } from '../../runtime/submit-run.ts'
import type { Redactor } from '../../secrets/secret-vault.ts'
import type { CancelEnd } from '../../service/control/cancel-run.ts'
import type { RerunPorts } from '../../service/control/submit-reruns.ts'
import type { Plan } from '../../service/forecast/plan.ts'
import type { RetriedSlot } from '../../service/schedules/retry-slots.ts'
import type { HttpAnswer } from '../../service/server-observer.ts'
import type { FoundWorkflow } from '../../service/workflows/registered-workflow.ts'
import type { KeptSlotFailure, ScheduleRecord } from '../../store/schedule-record.ts'
import type { BadEnd, Definition, Store } from '../../store/store.ts'

export interface WantedSubmission {
  /** Name of a registered workflow, or the text of one. */
  from: { workflow: string } | { source: string }
  input: JsonValue
  key?: string | undefined
  /** Name of the client, kept with the run. */
  by?: string | undefined
  againIf?: readonly BadEnd[]
}

export interface WantedPlan extends Pick<WantedSubmission, 'from'> {
  /** Undefined: not known. */
  input: JsonValue | undefined
  /** Alias to `provider/name`, in place of those of the workflow. */
  models: Readonly<Record<string, string>>
}

/** Measures the interface, and writes the metrics of the server. */
export interface HttpMeter {
  answered(answer: HttpAnswer): void
  /** A client follows events. Returns what ends it. */
  streaming(): () => void
  /** All metrics, in the form that Prometheus reads. */
  read(): Promise<{ type: string; text: string }>
}

export interface ApiServices extends RerunPorts {
  store: Store
  clock: Clock
  catalogue: Catalogue
  /** The catalogue with the providers of the project's config. */
  projectCatalogue: Catalogue
  /** Names of the environment variables that expressions may read. */
  variables: readonly string[]
  /** J9: redacts the secrets that the server knows. */
  vault: Pick<Redactor, 'redact'>
  /** @throws Fault as `submitWorkflow`; InvalidSource for a text with errors */
  submit(wanted: WantedSubmission): Promise<Submitted>
  /** @throws InvalidSource for a text with errors */
  compileSource(text: string): Promise<FoundWorkflow>
  /** The findings in a text, of which there may be none. */
  checkSource(text: string): Promise<readonly Diagnostic[]>
  /** @throws Fault `invalid_input` when it no longer compiles */
  compileStored(definition: Definition): Promise<CompiledWorkflow>
  /** @throws Fault `not_found`; StoreError */
  cancel(run: string, by: string): Promise<CancelEnd>
  /** Plans a workflow. @throws Fault as of `submit`, `invalid_input` for models; InvalidSource for one with errors */
  plan(wanted: WantedPlan): Promise<Plan>
  /** Tries slots again that failed before they had a run. @throws StoreError */
  retrySlots(schedule: ScheduleRecord, failures: readonly KeptSlotFailure[]): Promise<RetriedSlot[]>
  meter: HttpMeter
  /** False: it starts or stops, and a load balancer sends no more requests. */
  isReady(): boolean
  /** Reports an error that no client is told. */
  onProblem(cause: unknown): void
}
