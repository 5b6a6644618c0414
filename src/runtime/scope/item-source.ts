/** Sources of the items of one running foreach: a list, or a file of which one page after the other is read. */
import type { FaultData } from '../../core/fault.ts'
import type { FileFormat, FilePosition, ItemPage, PageRequest } from '../../core/item-file.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'

/** An item, or the fault of one that can't be read. */
export type NextItem = { item: JsonValue } | { fault: FaultData }

export interface ItemSource {
  /** Number of items that are known so far. */
  readonly known: number
  /** True when they are all. */
  readonly isWhole: boolean
  /** Takes the next item; undefined when none is left, or none is read yet. */
  take(): NextItem | undefined
  /** The read that is to be performed now; undefined: none. The source waits for its page then. */
  askPage(): PageRequest | undefined
  takePage(page: JsonValue): void
  save(): SavedSource
  restore(saved: SavedSource): void
}

/** `file`: absent for a list, which the input of the step has. */
export interface SavedSource {
  next: number
  file?: { items: NextItem[]; known: number; isReading: boolean; from: FilePosition | 'start' | undefined }
}

export class ListedItems implements ItemSource {
  readonly isWhole = true
  readonly #items: readonly JsonValue[]
  #next = 0

  constructor(items: readonly JsonValue[]) {
    this.#items = items
  }

  get known(): number {
    return this.#items.length
  }

  take(): NextItem | undefined {
    const item = this.#items[this.#next]
    if (item === undefined) return undefined
    this.#next++
    return { item }
  }

  askPage(): undefined {}

  takePage(): void {}

  save(): SavedSource {
    return { next: this.#next }
  }

  restore({ next }: SavedSource): void {
    this.#next = next
  }
}

/** The next page is read when only so many items are left, so that none waits for it. */
const FEW_ITEMS = 50

/** Keeps the items that have not started: two pages at most. */
export class FileItems implements ItemSource {
  readonly #path: string
  readonly #format: FileFormat
  #items: NextItem[] = []
  #next = 0
  #known = 0
  #isReading = false
  /** Where the next page begins; undefined: the last one is read, `start`: none is. */
  #from: FilePosition | 'start' | undefined = 'start'

  constructor({ path, format }: { path: string; format: FileFormat }) {
    this.#path = path
    this.#format = format
  }

  get known(): number {
    return this.#known
  }

  get isWhole(): boolean {
    return this.#from === undefined
  }

  take(): NextItem | undefined {
    const next = this.#items[this.#next]
    if (next !== undefined) this.#next++
    return next
  }

  askPage(): PageRequest | undefined {
    const from = this.#from
    if (from === undefined || this.#isReading || this.#items.length - this.#next > FEW_ITEMS) return undefined
    this.#isReading = true
    const file = { path: this.#path, format: this.#format }
    return from === 'start' ? file : { ...file, from }
  }

  takePage(page: JsonValue): void {
    const { items, bad = [], next } = toPage(page)
    this.#isReading = false
    this.#from = next
    this.#known += items.length
    this.#items = [...this.#items.slice(this.#next), ...items.map((item) => ({ item }))]
    this.#next = 0
    const first = this.#items.length - items.length
    for (const { at, code, message, line } of bad)
      this.#items[first + at] = { fault: { code, message, retryable: false, details: { path: this.#path, line } } }
  }

  save(): SavedSource {
    const file = { items: [...this.#items], known: this.#known, isReading: this.#isReading, from: this.#from }
    return { next: this.#next, file }
  }

  restore({ next, file }: SavedSource): void {
    if (file === undefined) throw new Error('expected items of a file, got a list')
    this.#next = next
    this.#items = file.items
    this.#known = file.known
    this.#isReading = file.isReading
    this.#from = file.from
  }
}

/** Pages that a simulation makes up may be anything. */
const toPage = (page: JsonValue): Partial<ItemPage> & Pick<ItemPage, 'items'> => {
  const { items, ...rest }: JsonObject = isJsonObject(page) ? page : {}
  return { ...(rest as Partial<ItemPage>), items: Array.isArray(items) ? items : [] }
}
