/** Judges the runs of `effects.yaml` when all have ended: their outputs, their journals, and what the server outside has seen. */
import type { Store } from '../../src/store/store.ts'
import type { SeenEffect } from '../support/effect-server.ts'
import { isAsUndisturbed } from './effects-project.ts'
import { judgeEffects } from './judge-effects.ts'
import { judgeWrites } from './judge-writes.ts'

/** By the names under which they are printed. */
export type JudgedRuns = Record<(typeof FORBIDDEN)[number] | 'runs' | 'as_undisturbed' | 'in_flight_again', number>

const FORBIDDEN = [
  'recorded_again',
  'more_than_once_a_loss',
  'keys_changed',
  'zombie_writes',
  'outcomes_twice',
] as const

/** @param options.ids The accepted runs. */
export const judgeRuns = async (
  store: Store,
  { ids, seen }: { ids: readonly string[]; seen: readonly SeenEffect[] },
): Promise<JudgedRuns> => {
  const accepted = new Set(ids)
  const runs = await store.listRuns({ workflow: 'effects' })
  const { repeated, again, tooOften, keysChanged } = await judgeEffects(store, { ids, seen })
  const found = {
    runs: runs.length,
    as_undisturbed: runs.filter(({ id, output }) => accepted.has(id) && isAsUndisturbed(output)).length,
    recorded_again: repeated,
    in_flight_again: again,
    more_than_once_a_loss: tooOften,
    keys_changed: keysChanged,
    zombie_writes: 0,
    outcomes_twice: 0,
  }
  // Those of child runs too.
  for (const { id } of await store.listRuns()) {
    const { accepted: writes, doubled } = judgeWrites(await store.readJournal(id))
    found.zombie_writes += writes
    found.outcomes_twice += doubled
  }
  return found
}

/** True if as many runs as were submitted ended as undisturbed, and nothing was done or written twice. */
export const areKept = (judged: JudgedRuns, submissions: number): boolean =>
  judged.runs === submissions && judged.as_undisturbed === submissions && FORBIDDEN.every((name) => judged[name] === 0)
