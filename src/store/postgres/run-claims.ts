/** Takes runs for their new holders: all that are asked for in one turn of the event loop by one statement. */
import type { RunRow } from '../sql/run-row.ts'
import { GatheredRead } from './gathered-read.ts'
import { type ClaimedRow, RUN } from './statements.ts'
import type { StoreConnections } from './store-connections.ts'

/** Key and epoch of the run, its holder as it was judged, and the one to be. */
type Ask = [key: number, epoch: number, holder: string | null, taker: string]

export class RunClaims {
  readonly #db: StoreConnections
  /** By the ask as text. */
  readonly #taken = new GatheredRead<string, ClaimedRow>(
    (asks) => this.#takeAll(asks.map((ask): Ask => JSON.parse(ask))),
    ({ key, before, held_by: holder, taker }) => toText([key, before, holder, taker]),
  )
  readonly #asked = new Set<string>()

  constructor(db: StoreConnections) {
    this.#db = db
  }

  /** Undefined: the run is not as it was judged, or is being claimed, so that another look is needed. */
  async take({ key, epoch, holder }: RunRow, taker: string): Promise<ClaimedRow | undefined> {
    const ask = toText([key, epoch, holder, taker])
    // One claim of two equal ones takes the run.
    if (this.#asked.has(ask)) return undefined
    this.#asked.add(ask)
    try {
      return (await this.#taken.rowsOf(ask))[0]
    } finally {
      this.#asked.delete(ask)
    }
  }

  #takeAll(asks: readonly Ask[]): Promise<ClaimedRow[]> {
    const values = [asks.map(([key]) => key), asks.map(([, epoch]) => epoch), asks.map(([, , holder]) => holder)]
    const takers = asks.map(([, , , taker]) => taker)
    return this.#db.change({ query: RUN.claim, values: [...values, takers], toResult: (rows) => rows })
  }
}

const toText = (ask: Ask): string => JSON.stringify(ask)
