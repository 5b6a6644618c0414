/** The table of snapshots, loaded as entities.ts is. */
import { defineEntity, p } from '@mikro-orm/core'

/** A cache of the states of long runs. `format` names who can use it; the snapshot is whole when all `parts` are there. */
export const SnapshotEntity = defineEntity({
  name: 'Snapshot',
  tableName: 'snapshot',
  properties: {
    run: p.integer().primary(),
    seq: p.integer().primary(),
    part: p.integer().primary(),
    parts: p.integer(),
    format: p.text(),
    bytes: p.blob(),
  },
})
