/** Events that the runs in memory emitted. */
import type { CloudEventFilter, CloudEventRecord, StoredCloudEvent } from '../cloud-event-record.ts'

export class MemoryOutbox {
  /** By id, in the order in which they were emitted. */
  readonly #events = new Map<string, StoredCloudEvent>()

  add(runId: string, event: CloudEventRecord): void {
    if (!this.#events.has(event.id)) this.#events.set(event.id, { ...event, runId, deliveredAt: null })
  }

  list({ type, run, since = 0, limit }: CloudEventFilter): StoredCloudEvent[] {
    return [...this.#events.values()]
      .filter((event) => (type ?? event.type) === event.type && (run ?? event.runId) === event.runId)
      .filter(({ at }) => at >= since)
      .slice(0, limit)
  }

  dropOf(runId: string): void {
    for (const event of this.#events.values()) if (event.runId === runId) this.#events.delete(event.id)
  }
}
