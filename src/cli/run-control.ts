/** The port through which commands steer runs: of a database here, or of a server. */
import type { JsonValue } from '../core/json.ts'
import type { CancelEnd } from '../service/control/cancel-run.ts'
import type { PauseEnd } from '../service/control/pause-run.ts'
import type { SignalResult } from '../service/control/send-signal.ts'
import type { RunRecord } from '../store/store.ts'

export interface RunControl {
  cancel(run: string): Promise<CancelEnd & { wasOver: boolean }>
  pause(run: string, kind: 'pause' | 'unpause'): Promise<PauseEnd>
  /** @throws CliError if the named run has ended */
  signal(to: Receivers, event: SentEvent): Promise<{ end: SignalResult; runs: readonly RunRecord[] }>
}

/** A run, or a condition of several. */
export type Receivers = { run: string } | { match: string }

export interface SentEvent {
  event: string
  data: JsonValue
  id: string | undefined
}
