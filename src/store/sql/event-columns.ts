/** The stored form of emitted events. */
import type { CloudEventRecord, StoredCloudEvent } from '../cloud-event-record.ts'
import { COLUMN_TYPES } from './column-types.ts'
import { type Decoding, decodeRow, expectTypes } from './damaged-rows.ts'

/** An event with its data as text. */
export interface PackedEvent {
  event: CloudEventRecord
  text: string
  /** Epoch milliseconds. Absent: not delivered yet. */
  deliveredAt?: number | undefined
}

export type StoredEvent = Omit<StoredCloudEvent, 'data' | 'subject'> & { data: string; subject: string | null }

export const toCloudEvent = (stored: StoredEvent, unpack: Decoding['unpack']): StoredCloudEvent =>
  decodeRow(`event '${stored.id}'`, () => {
    expectTypes(stored, { ...COLUMN_TYPES.outbox, deliveredAt: 'integer?' })
    const { subject, data, ...event } = stored
    return { ...event, data: unpack(data), ...(subject === null ? {} : { subject }) }
  })
