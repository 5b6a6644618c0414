import type { AnswerCache } from '../actors/llm/answer-cache.ts'
import { loadProvider, type ProviderOptions } from '../actors/llm/providers.ts'
import { loadTool } from '../actors/tools/tool-catalogue.ts'
import type { ToolOptions } from '../actors/tools/tool-options.ts'
import type { Actor } from '../core/actor.ts'
import { Fault } from '../core/fault.ts'
import type { LlmActor } from '../core/llm.ts'
import type { ActorLoader } from '../runtime/effects/local-placement.ts'
import type { OwnActor } from '../service/own-actor.ts'

export interface LoaderOptions {
  tools: ToolOptions
  providers: ProviderOptions & Required<Pick<ProviderOptions, 'clock'>>
  /** They replace built-in actors of the same name. */
  actors: readonly OwnActor[]
}

/** Loads the actors of this process when a step first needs them. */
export const createLoader = ({ tools, providers, actors }: LoaderOptions): ActorLoader => ({
  async load({ kind, actor }) {
    const name = kind === 'llm' ? (actor.split('/')[0] ?? '') : actor
    const own = actors.findLast((one) => one.kind === kind && one.name === name)
    const { cache, clock } = providers
    if (own !== undefined) return kind === 'llm' && cache !== undefined ? withCache(own, { cache, clock }) : own
    if (kind === 'tool') return loadTool(name, tools)
    if (kind === 'llm') return (await loadProvider(name, providers)) as Actor
    throw new Fault('unavailable', `steps of kind '${kind}' come in a later release`)
  },
})

const withCache = async (
  own: OwnActor,
  { cache, clock }: { cache: AnswerCache; clock: LoaderOptions['providers']['clock'] },
): Promise<Actor> => {
  const { withAnswerCache } = await import('../actors/llm/cached-actor.ts')
  return withAnswerCache(own as LlmActor, { cache, now: () => clock.now() }) as Actor
}
