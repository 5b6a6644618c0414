import type { Actor } from '../core/actor.ts'

/** An actor of the program. It replaces a built-in actor of the same name. */
export interface OwnActor extends Actor {
  /** Kind of the steps that it performs. The name of an `llm` actor is a provider: the part of a model before the slash. */
  readonly kind: 'tool' | 'llm'
  /** All models of an `llm` actor, without the provider. Absent: any name may exist. */
  readonly models?: readonly string[]
}
