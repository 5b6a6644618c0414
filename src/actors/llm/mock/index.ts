import type { OfflineProvider } from '../provider-definition.ts'

/** Models that answer without a model, for workflows that run offline and for tests. */
export const mock: OfflineProvider = {
  kind: 'mock',
  models: ['echo', 'script'],
  isLocal: true,
  createActor: async (options) => (await import('./mock-provider.ts')).createMockProvider(options),
}
