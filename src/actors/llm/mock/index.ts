import type { OfflineProvider } from '../provider-definition.ts'

/** Models that answer without a model, for workflows that run offline and for tests. */
export const mock: OfflineProvider = {
  kind: 'mock',
  models: ['echo', 'script'],
  isLocal: true,
  createEmbedder: async () => (await import('./mock-embedder.ts')).MOCK_EMBEDDER,
  createActor: async (options) => (await import('./mock-provider.ts')).createMockProvider(options),
}
