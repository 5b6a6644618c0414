/** Snapshots as the tables of both databases hold them. */
import type { SnapshotPart } from '../snapshot-store.ts'

export const SNAPSHOT_COLUMNS = 'run, seq, part, parts, format, bytes'

/** The parts of a run's snapshots, the newest snapshot first. @param id Parameter */
export const selectParts = (id: string): string =>
  `select seq, part, parts, format, bytes from snapshot where run = (select key from run where id = ${id}) order by seq desc, part`

/** The first snapshot that is whole. A process may die between two parts. */
export const findWhole = (stored: readonly SnapshotPart[]): SnapshotPart[] => {
  for (let from = 0; from < stored.length; ) {
    const { seq, parts } = stored[from] as SnapshotPart
    const found = stored.slice(from).filter((one) => one.seq === seq)
    if (found.length === parts && found.every(({ part }, place) => part === place)) return found
    from += found.length
  }
  return []
}
