import type { RunChange, Store } from '../../src/store/store.ts'

export type WriteFate = 'pass' | 'lose' | 'keep'

/**
 * A view of a store for one process that may die. `judge` is asked at each write: `pass`; `lose` lets the process die
 * before the write, `keep` right after it. From then on nothing that the process asks for is done, or ever answered.
 */
export class WatchedStore {
  readonly store: Store
  isDead = false
  #hold: Promise<void> | undefined
  #release: () => void = () => {}

  constructor(inner: Store, judge: (change: RunChange) => WriteFate = () => 'pass') {
    const view = this
    this.store = new Proxy(inner, {
      get(target, name: keyof Store) {
        const member = target[name]
        if (typeof member !== 'function') return member
        return (...given: unknown[]) => {
          if (view.isDead) return new Promise(() => {})
          const act = (): Promise<unknown> => Promise.resolve(Reflect.apply(member, target, given))
          return name === 'write' ? view.#write(act, judge(given[1] as RunChange)) : act()
        }
      },
    })
  }

  /** From here on writes wait, in order, until they are let go. */
  holdWrites(): void {
    this.#hold ??= new Promise((resolve) => {
      this.#release = resolve
    })
  }

  letGo(): void {
    this.#hold = undefined
    this.#release()
  }

  async #write(act: () => Promise<unknown>, fate: WriteFate): Promise<unknown> {
    if (fate === 'lose') {
      this.isDead = true
      return new Promise(() => {})
    }
    if (this.#hold !== undefined) await this.#hold
    const written = await act()
    if (fate === 'pass') return written
    this.isDead = true
    return new Promise(() => {})
  }
}
