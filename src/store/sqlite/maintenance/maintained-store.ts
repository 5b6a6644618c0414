import type { Decoding } from '../../sql/damaged-rows.ts'
import type { Connection } from '../connection.ts'
import type { RunCreation } from '../run-creation.ts'
import type { Parts } from '../sqlite-records.ts'
import type { Statements } from '../statements.ts'
import type { StoreQueue } from '../store-queue.ts'

/** The parts of an open store that maintenance needs. */
export interface MaintainedStore extends Pick<Decoding, 'unpack'> {
  connection: Connection
  queue: StoreQueue
  statements: Statements
  creation: RunCreation
  parts(): Parts
}
