import { Gauge, Histogram, type Registry } from 'prom-client'
import type { ServerObserver } from '../../service/server-observer.ts'

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export interface HttpMetrics extends Required<Pick<ServerObserver, 'onRequest'>> {
  /** A client follows events. Returns what ends it. */
  streaming(): () => void
}

export const createHttpMetrics = (registry: Registry): HttpMetrics => {
  const registers = [registry]
  const durations = new Histogram({
    name: 'troupe_http_request_duration_seconds',
    help: 'Time until a request is answered, by method, route and status; of a stream, until it begins.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  })
  const streams = new Gauge({
    name: 'troupe_http_event_streams',
    help: 'Clients that follow events.',
    registers,
  })
  return {
    onRequest: ({ method, route, status, ms }) => durations.observe({ method, route, status }, ms / 1_000),
    streaming() {
      streams.inc()
      return () => streams.dec()
    },
  }
}
