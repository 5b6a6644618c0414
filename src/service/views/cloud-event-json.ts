/** The JSON of an emitted event, as the command line prints it and the HTTP interface answers it. */
import type { StoredCloudEvent } from '../../store/cloud-event-record.ts'
import { toTime } from './time.ts'

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md; attributes that start with `troupe` are extensions of this project. */
export const toCloudEventJson = ({ id, type, source, subject, at, data, runId, deliveredAt }: ShownCloudEvent) => ({
  specversion: '1.0' as const,
  id,
  type,
  source,
  ...(subject === undefined ? {} : { subject }),
  time: toTime(at),
  datacontenttype: 'application/json' as const,
  trouperun: runId,
  ...(deliveredAt === null ? {} : { troupedelivered: toTime(deliveredAt) }),
  data,
})

export type ShownCloudEvent = Omit<StoredCloudEvent, 'order'>
