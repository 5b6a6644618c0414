import type { JsonValue } from '../../../core/json.ts'
import type { Connection } from '../connection.ts'
import type { RunCreation } from '../run-creation.ts'
import type { Parts } from '../sqlite-records.ts'
import type { Statements } from '../statements.ts'
import type { StoreQueue } from '../store-queue.ts'

/** The parts of an open store that maintenance needs. */
export interface MaintainedStore {
  connection: Connection
  queue: StoreQueue
  statements: Statements
  creation: RunCreation
  parts(): Parts
  /** Returns the value of a stored text. */
  unpack(text: string): JsonValue
}
