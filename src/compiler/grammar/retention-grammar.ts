/** Retention of ended runs: in a workflow and in the project config. */
import { type Fields, record } from './record-shape.ts'
import { duration, integer } from './scalar-shape.ts'
import { named } from './shape.ts'

const RETENTION_FIELDS = {
  completedMs: { key: 'completed', shape: duration, doc: 'How long completed runs are kept, such as 30d.' },
  failedMs: { key: 'failed', shape: duration, doc: 'How long failed and cancelled runs are kept, such as 90d.' },
  keep: { shape: integer({ minimum: 0 }), doc: 'The most ended runs that are kept.' },
} as const satisfies Fields

export const retention = named('retention', 'a map with completed, failed and keep', () =>
  record('a retention', RETENTION_FIELDS),
)
