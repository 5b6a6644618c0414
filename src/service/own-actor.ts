import type { Actor } from '../core/actor.ts'

/** An actor that does not come with Troupe. One with the name of a built-in takes its place. */
export interface OwnActor extends Actor {
  /** The steps that it performs. The name of an `llm` actor is that of a provider, the part of a model before the slash. */
  readonly kind: 'tool' | 'llm'
  /** Of an `llm` actor: all its models, without the provider; left out, any name may exist. */
  readonly models?: readonly string[]
}
