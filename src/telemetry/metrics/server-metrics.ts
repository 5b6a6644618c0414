/**
 * The metrics of a server, in the form that Prometheus reads. A label has few values, which the code or the config bounds: names of workflows,
 * runs and steps are no labels, since users choose them.
 *
 * Loaded when a server listens for HTTP requests. The names are promised: docs/operations.md lists them.
 */
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { ServerObserver } from '../../service/server-observer.ts'
import { createHttpMetrics } from './http-metrics.ts'
import { createRunMetrics } from './run-metrics.ts'
import { createStateMetrics, type ServerState } from './state-metrics.ts'
import { createStoreMetrics } from './store-metrics.ts'

export interface MetricsPage {
  /** The content type. */
  type: string
  text: string
}

export interface ServerMetrics {
  observer: ServerObserver
  /** A client follows events. Returns what ends it. */
  streaming(): () => void
  read(): Promise<MetricsPage>
}

export const createServerMetrics = (state: ServerState): ServerMetrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  createStateMetrics(registry, state)
  const { onRequest, streaming } = createHttpMetrics(registry)
  return {
    observer: { ...createRunMetrics(registry), ...createStoreMetrics(registry), onRequest },
    streaming,
    read: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  }
}
