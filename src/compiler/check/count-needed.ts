import type { StepOf } from '../document.ts'

/** Returns how many branches of a parallel must complete. */
export const countNeeded = ({ branches, join }: StepOf<'parallel'>): number => {
  if (join.kind === 'all') return branches.length
  return join.kind === 'any' ? 1 : join.count.value
}
