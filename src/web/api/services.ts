/** The port through which the HTTP interface asks the server around it. */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { Clock } from '../../core/clock.ts'
import type { JsonValue } from '../../core/json.ts'
import type { Submitted } from '../../runtime/submit-run.ts'
import type { Redactor } from '../../secrets/secret-vault.ts'
import type { CancelEnd } from '../../service/control/cancel-run.ts'
import type { RerunPorts } from '../../service/control/submit-reruns.ts'
import type { BadEnd, Store } from '../../store/store.ts'

export interface WantedSubmission {
  /** Name of a registered workflow, or the text of one. */
  from: { workflow: string } | { source: string }
  input: JsonValue
  key?: string | undefined
  /** Name of the client, kept with the run. */
  by?: string | undefined
  againIf?: readonly BadEnd[]
}

export interface ApiServices extends RerunPorts {
  store: Store
  clock: Clock
  catalogue: Catalogue
  /** The catalogue with the providers of the project's config. */
  projectCatalogue: Catalogue
  /** J9: redacts the secrets that the server knows. */
  vault: Pick<Redactor, 'redact'>
  /** @throws Fault as `submitWorkflow`; InvalidSource for a text with errors */
  submit(wanted: WantedSubmission): Promise<Submitted>
  /** @throws Fault `not_found`; StoreError */
  cancel(run: string, by: string): Promise<CancelEnd>
  /** False: it starts or stops, and a load balancer sends no more requests. */
  isReady(): boolean
  /** Reports an error that no client is told. */
  onProblem(cause: unknown): void
}
