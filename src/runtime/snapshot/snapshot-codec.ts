/**
 * Snapshots as bytes, and back, in slices: a state may be large, and everything else shares the event loop.
 *
 * The format is V8's structured clone, which keeps what is one object one object. It keeps that over several values of one
 * serializer: the inner parts are written first, some thousand nodes at a time, and the whole behind them only refers to them.
 */
import { Deserializer, Serializer } from 'node:v8'
import type { SavedRun } from './saved-run.ts'

/** Nodes of a value that are written at once: about a millisecond of work. */
const NODES_OF_A_PART = 2_000

/** A text of this length counts as a node. */
const CHARACTERS_OF_A_NODE = 100

/** An object whose children are being gone through. */
interface Frame {
  value: object
  children: readonly unknown[]
  next: number
  /** Nodes of its own: its children, and the length of its texts. */
  own: number
  /** Objects inside that are not written yet, and the nodes in them. */
  loose: object[]
  looseNodes: number
}

export class SnapshotEncoder {
  readonly #saved: SavedRun
  readonly #serializer = new Serializer()
  readonly #seen = new Set<object>()
  readonly #open: Frame[]
  #written = 0
  #nodes = 0

  constructor(saved: SavedRun) {
    this.#saved = saved
    this.#open = [toFrame(saved)]
    this.#serializer.writeHeader()
  }

  /** Nodes so far. The size of a state is known only when it is written. */
  get nodes(): number {
    return this.#nodes
  }

  /** Writes parts while `goesOn`. False: some are left. @throws Error for a value that cannot be cloned */
  write(goesOn: () => boolean): boolean {
    for (let steps = 1; ; steps++) {
      const frame = this.#open.at(-1)
      if (frame === undefined) return true
      if (frame.next < frame.children.length) this.#enter(frame, frame.children[frame.next++])
      else this.#leave(frame)
      if (steps % 256 === 0 && !goesOn()) return false
    }
  }

  /** The bytes, and the number of values in them. */
  finish(): { bytes: Uint8Array; values: number } {
    this.#writeValue(this.#saved)
    return { bytes: this.#serializer.releaseBuffer(), values: this.#written }
  }

  #enter(above: Frame, value: unknown): void {
    const nodes = 1 + (typeof value === 'string' ? value.length / CHARACTERS_OF_A_NODE : 0)
    above.own += nodes
    this.#nodes += nodes
    if (typeof value !== 'object' || value === null || this.#seen.has(value)) return
    this.#seen.add(value)
    this.#open.push(toFrame(value))
  }

  #leave({ value, own, looseNodes }: Frame): void {
    this.#open.pop()
    const above = this.#open.at(-1)
    if (above === undefined) return
    above.loose.push(value)
    above.looseNodes += own + looseNodes
    if (above.looseNodes < NODES_OF_A_PART) return
    this.#writeValue(above.loose)
    above.loose = []
    above.looseNodes = 0
  }

  #writeValue(value: object): void {
    this.#serializer.writeValue(value)
    this.#written++
  }
}

const toFrame = (value: object): Frame => ({
  value,
  children: Array.isArray(value) ? value : Object.values(value),
  next: 0,
  own: 0,
  loose: [],
  looseNodes: 0,
})

export class SnapshotDecoder {
  readonly #deserializer: Deserializer
  #left: number

  /** @throws Error for bytes of another version of V8 */
  constructor({ bytes, values }: { bytes: Uint8Array; values: number }) {
    this.#deserializer = new Deserializer(bytes)
    this.#deserializer.readHeader()
    this.#left = values
  }

  /** Reads values while `goesOn`; undefined: some are left. @throws Error for bytes that are damaged */
  read(goesOn: () => boolean): SavedRun | undefined {
    for (;;) {
      const value: unknown = this.#deserializer.readValue()
      // The last value is the whole. Its store keeps it unchanged: its hash is checked.
      if (--this.#left === 0) return value as SavedRun
      if (!goesOn()) return undefined
    }
  }
}
