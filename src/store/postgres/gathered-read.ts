/**
 * Answers all reads of one kind that are asked for in one turn of the event loop by one statement. Many runs that become due together
 * take the same steps side by side: each step then is one round trip, however many they are.
 */

/** Most keys of one statement. */
const MOST_KEYS = 500

interface Reader<Row> {
  resolve(rows: Row[]): void
  reject(error: unknown): void
}

export class GatheredRead<Key, Row> {
  readonly #read: (keys: readonly Key[]) => Promise<Row[]>
  readonly #keyOf: (row: Row) => Key
  #readers = new Map<Key, Reader<Row>[]>()

  constructor(read: (keys: readonly Key[]) => Promise<Row[]>, keyOf: (row: Row) => Key) {
    this.#read = read
    this.#keyOf = keyOf
  }

  /** Returns the rows of `key` in the order of the statement. Of a key that is asked for twice both get the same rows. */
  rowsOf(key: Key): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      if (this.#readers.size === 0) setImmediate(() => this.#answer())
      const reader = { resolve, reject }
      const earlier = this.#readers.get(key)
      if (earlier === undefined) this.#readers.set(key, [reader])
      else earlier.push(reader)
    })
  }

  #answer(): void {
    const all = [...this.#readers]
    this.#readers = new Map()
    for (let from = 0; from < all.length; from += MOST_KEYS) this.#answerPart(all.slice(from, from + MOST_KEYS))
  }

  #answerPart(part: readonly [Key, Reader<Row>[]][]): void {
    this.#read(part.map(([key]) => key)).then(
      (rows) => {
        const byKey = Map.groupBy(rows, this.#keyOf)
        for (const [key, readers] of part) for (const { resolve } of readers) resolve(byKey.get(key) ?? [])
      },
      (error) => {
        for (const [, readers] of part) for (const { reject } of readers) reject(error)
      },
    )
  }
}
