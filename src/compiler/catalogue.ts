/** Tools and providers that a workflow may name. The compiler and the runtime receive them, and know no actor themselves. */
import type { ProviderEntry, ToolEntry } from '../core/catalogue-entry.ts'

export type { ProviderEntry, ToolEntry }

export interface Catalogue {
  tools: ReadonlyMap<string, ToolEntry>
  providers: ReadonlyMap<string, ProviderEntry>
}
