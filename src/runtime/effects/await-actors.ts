import type { Clock } from '../../core/clock.ts'
import { FINALLY_MS } from '../../core/machine-ends.ts'
import type { EffectRunner } from './effect-runner.ts'
import { isChildRun } from './run-effect.ts'

/** How long a run that leaves waits for its actors, and one that has ended for its child runs. */
const RELEASE_MS = 2_000
const RELEASE_CHILD_MS = RELEASE_MS + FINALLY_MS

/**
 * Resolves when every actor of a run that leaves has come back, or after 2 s. A run that has ended waits longer for child runs: they undo
 * steps, and have a `finally` of their own.
 */
export const awaitActors = (
  runner: EffectRunner,
  { clock, hasEnded }: { clock: Clock; hasEnded: boolean },
): Promise<void> => {
  const hasChildren = !runner.isQuiet((effect) => !isChildRun(effect))
  const { promise, resolve } = Promise.withResolvers<void>()
  const giveUp = clock.wakeAt(clock.now() + (hasEnded && hasChildren ? RELEASE_CHILD_MS : RELEASE_MS), resolve)
  runner.settled().finally(giveUp).then(resolve, resolve)
  return promise
}
