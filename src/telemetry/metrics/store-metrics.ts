import { Counter, Histogram, type Registry } from 'prom-client'
import type { ServerObserver } from '../../service/server-observer.ts'

const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The operations are the methods of the store: `write` of events, `claim` of runs, `renew` of leases. */
export const createStoreMetrics = (registry: Registry): Required<Pick<ServerObserver, 'onStoreCall'>> => {
  const registers = [registry]
  const durations = new Histogram({
    name: 'troupe_store_call_duration_seconds',
    help: 'Time until the database has answered, by operation.',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers,
  })
  const failures = new Counter({
    name: 'troupe_store_calls_failed_total',
    help: 'Calls that the database has refused, or did not answer, by operation.',
    labelNames: ['operation'],
    registers,
  })
  return {
    onStoreCall({ operation, ms, hasFailed }) {
      durations.observe({ operation }, ms / 1_000)
      if (hasFailed) failures.inc({ operation })
    },
  }
}
