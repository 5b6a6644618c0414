/** Results of the items of one running foreach: kept as the output of the step, or written to a file batch by batch. */
import { formatOfPath, type ResultsRequest, type ResultsWritten } from '../../core/item-file.ts'
import { isJsonObject, type JsonValue } from '../../core/json.ts'

/** Result of an item that failed and is skipped. */
export const LEFT_OUT = Symbol('left out')

export type ItemResult = JsonValue | typeof LEFT_OUT

export interface ItemResults {
  /** Number of results that are written, those that are left out included. */
  readonly written: number
  /** True when nothing is left to write. */
  readonly isWritten: boolean
  /** False: the item must not start before more results are written. */
  mayStart(index: number): boolean
  add(index: number, result: ItemResult): void
  /** The batch that is to be written now; undefined: none. The results wait for its outcome then. */
  askBatch(): ResultsRequest | undefined
  takeWritten(written: JsonValue): void
  /** Output of the foreach, when all items have ended. */
  toOutput(counts: { done: number; failed: number }): JsonValue
  save(): SavedResults
  restore(saved: SavedResults): void
}

/** Results of items, and the indexes of those that are left out. `file`: absent where the results are the output. */
export interface SavedResults {
  indexes: number[]
  values: JsonValue[]
  leftOut: number[]
  file?: { next: number; written: number; isWriting: boolean; size: number | undefined; columns: string[] | undefined }
}

const saveResults = (results: ReadonlyMap<number, ItemResult> | readonly ItemResult[]): SavedResults => {
  const saved: SavedResults = { indexes: [], values: [], leftOut: [] }
  results.forEach((result, index) => {
    if (result === LEFT_OUT) saved.leftOut.push(index)
    else {
      saved.indexes.push(index)
      saved.values.push(result)
    }
  })
  return saved
}

const restoreResults = (
  { indexes, values, leftOut }: SavedResults,
  add: (at: number, one: ItemResult) => void,
): void => {
  for (const [place, index] of indexes.entries()) add(index, values[place] ?? null)
  for (const index of leftOut) add(index, LEFT_OUT)
}

/** The output is the list of the results, in the order of the items. */
export class KeptResults implements ItemResults {
  readonly written = 0
  readonly isWritten = true
  readonly #results: ItemResult[] = []

  mayStart(): boolean {
    return true
  }

  add(index: number, result: ItemResult): void {
    this.#results[index] = result
  }

  askBatch(): undefined {}

  takeWritten(): void {}

  toOutput(): JsonValue {
    return this.#results.filter((result) => result !== LEFT_OUT)
  }

  save(): SavedResults {
    return saveResults(this.#results)
  }

  restore(saved: SavedResults): void {
    restoreResults(saved, (index, result) => this.add(index, result))
  }
}

const MOST_IN_A_BATCH = 500

/** How many items may start behind the first one whose result is not written. So many results are kept at most. */
const MOST_AHEAD = 1_000

/**
 * Results in a file, in the order of the items: a result that comes early waits for those before it.
 *
 * 1. The file is emptied before the first item starts, so that a path that can't be written costs nothing.
 * 2. One batch is written at a time. Its outcome has the size of the file, behind which the next one is written.
 */
export class WrittenResults implements ItemResults {
  readonly #file: Pick<ResultsRequest, 'path' | 'format' | 'reads' | 'is_settled'>
  readonly #waiting = new Map<number, ItemResult>()
  /** The first result that no batch has taken. */
  #next = 0
  #written = 0
  #isWriting = false
  /** Undefined: the file is not emptied yet. */
  #size: number | undefined
  #columns: string[] | undefined

  constructor({ path, reads, isSettled }: { path: string; reads: string | undefined; isSettled: boolean }) {
    this.#file = {
      path,
      format: formatOfPath(path) ?? 'jsonl',
      ...(reads === undefined ? {} : { reads }),
      ...(isSettled ? { is_settled: true } : {}),
    }
  }

  get written(): number {
    return this.#written
  }

  get isWritten(): boolean {
    return this.#size !== undefined && !this.#isWriting && this.#waiting.size === 0
  }

  mayStart(index: number): boolean {
    return this.#size !== undefined && index < this.#written + MOST_AHEAD
  }

  add(index: number, result: ItemResult): void {
    this.#waiting.set(index, result)
    this.#passLeftOut()
  }

  askBatch(): ResultsRequest | undefined {
    if (this.#isWriting) return undefined
    const rows = this.#size === undefined ? [] : this.#takeRows()
    if (this.#size !== undefined && rows.length === 0) return undefined
    this.#isWriting = true
    return {
      ...this.#file,
      ...(this.#size === undefined ? {} : { offset: this.#size }),
      ...(this.#columns === undefined ? {} : { columns: this.#columns }),
      rows,
    }
  }

  takeWritten(written: JsonValue): void {
    const { offset = 0, columns }: Partial<ResultsWritten> = isJsonObject(written) ? written : {}
    this.#isWriting = false
    this.#size = offset
    this.#columns = columns
    this.#written = this.#next
    this.#passLeftOut()
  }

  toOutput({ done: count, failed }: { done: number; failed: number }): JsonValue {
    return { count, failed, path: this.#file.path }
  }

  save(): SavedResults {
    const [next, written, isWriting] = [this.#next, this.#written, this.#isWriting]
    return {
      ...saveResults(this.#waiting),
      file: { next, written, isWriting, size: this.#size, columns: this.#columns },
    }
  }

  restore(saved: SavedResults): void {
    if (saved.file === undefined) throw new Error('expected results for a file, got a list')
    restoreResults(saved, (index, result) => this.#waiting.set(index, result))
    this.#next = saved.file.next
    this.#written = saved.file.written
    this.#isWriting = saved.file.isWriting
    this.#size = saved.file.size
    this.#columns = saved.file.columns
  }

  #takeRows(): ResultsRequest['rows'] {
    const rows: ResultsRequest['rows'] = []
    for (let result = this.#waiting.get(this.#next); result !== undefined; result = this.#waiting.get(this.#next)) {
      if (rows.length === MOST_IN_A_BATCH) break
      if (result !== LEFT_OUT) rows.push([this.#next, result])
      this.#waiting.delete(this.#next)
      this.#next++
    }
    return rows
  }

  /** Results that are left out need no writing. */
  #passLeftOut(): void {
    if (this.#isWriting) return
    while (this.#waiting.get(this.#next) === LEFT_OUT) {
      this.#waiting.delete(this.#next)
      this.#next++
      this.#written = this.#next
    }
  }
}
