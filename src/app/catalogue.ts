import { PROVIDER_DESCRIPTIONS } from '../actors/llm/providers.ts'
import { TOOL_DESCRIPTIONS } from '../actors/tools/tool-catalogue.ts'
import type { Catalogue } from '../compiler/catalogue.ts'

/** All that a workflow may name in this release. Loads no actor. */
export const createCatalogue = (): Catalogue => ({
  tools: new Map(TOOL_DESCRIPTIONS.map((tool) => [tool.name, tool])),
  providers: new Map(PROVIDER_DESCRIPTIONS.map((provider) => [provider.name, provider])),
})
