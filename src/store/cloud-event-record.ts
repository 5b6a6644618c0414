import type { JsonValue } from '../core/json.ts'

/** An event that leaves a run, in the terms of CloudEvents 1.0. */
export interface CloudEventRecord {
  /** Unique in the store: an event that is emitted twice counts once. */
  id: string
  type: string
  source: string
  /** The thing that the event is about. Absent: the emitter names none. */
  subject?: string
  /** Epoch milliseconds. */
  at: number
  data: JsonValue
}

export interface StoredCloudEvent extends CloudEventRecord {
  runId: string
  /** Place in the order in which the events were emitted: grows, with gaps. */
  order: number
  /** Epoch milliseconds; null: not delivered yet. */
  deliveredAt: number | null
}

export interface CloudEventFilter {
  type?: string
  /** Id. */
  run?: string
  /** Name. */
  workflow?: string
  /** Behind the event of this `order`. */
  after?: number
  /** Emitted then or later, in epoch milliseconds. */
  since?: number
  /** Emitted earlier, in epoch milliseconds. */
  until?: number
  limit?: number
}

export interface CloudEventStore {
  /** Lists events in the order in which they were emitted; without a limit all of them. */
  listEvents(filter?: CloudEventFilter): Promise<StoredCloudEvent[]>
}
