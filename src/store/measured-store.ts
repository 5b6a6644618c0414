/** Measures the calls of a store, for metrics. The calls that a store makes of itself are a part of the one that was asked for. */
import type { Store } from './store.ts'

export interface StoreCall {
  /** Name of the method. */
  operation: string
  ms: number
  hasFailed: boolean
}

export const measureStore = (store: Store, onCall: (call: StoreCall) => void): Store => {
  const measured = new Map<PropertyKey, unknown>()
  return new Proxy(store, {
    get(target, name) {
      const known = measured.get(name)
      if (known !== undefined) return known
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      const method = measureMethod((given) => Reflect.apply(member, target, given), { name: String(name), onCall })
      measured.set(name, method)
      return method
    },
  })
}

interface MeasureOptions {
  name: string
  onCall(call: StoreCall): void
}

const measureMethod =
  (call: (given: unknown[]) => unknown, { name: operation, onCall }: MeasureOptions) =>
  (...given: unknown[]): unknown => {
    const begun = performance.now()
    const result = call(given)
    if (!(result instanceof Promise)) return result
    const note = (hasFailed: boolean): void => onCall({ operation, ms: performance.now() - begun, hasFailed })
    result.then(
      () => note(false),
      () => note(true),
    )
    return result
  }
