/** The stored form of emitted events. */
import type { JsonValue } from '../../core/json.ts'
import type { CloudEventRecord, StoredCloudEvent } from '../cloud-event-record.ts'

/** An event with its data as text. */
export interface PackedEvent {
  event: CloudEventRecord
  text: string
}

export type StoredEvent = Omit<StoredCloudEvent, 'data' | 'subject'> & { data: string; subject: string | null }

export const toCloudEvent = (
  { subject, ...event }: StoredEvent,
  unpack: (text: string) => JsonValue,
): StoredCloudEvent => ({ ...event, data: unpack(event.data), ...(subject === null ? {} : { subject }) })
