/** Binds the names in an expression to places in the machine's context. */
import { toErrorValue } from '../../core/fault.ts'
import { type JsonValue, ownValue } from '../../core/json.ts'
import type { Step, StepOf } from '../document.ts'
import type { Bindings } from '../expression/compile-expression.ts'
import type { Places } from '../lower/exit.ts'
import type { CaughtFault, MachineContext, RoutedFault } from '../machine-context.ts'

/** Site of an expression: the foreach scopes it is evaluated in, and the steps around it, outermost first. */
export interface ExpressionSite {
  scopes: readonly string[]
  chain: readonly Step[]
  /** The site is the test of the last loop of the chain, so that `iter` is that loop's own. */
  atTest?: boolean
}

type Read<T = JsonValue> = (context: MachineContext) => T | undefined

/** `caught`: the fault that `error` shows. */
export interface MachineBindings extends Bindings<MachineContext> {
  caught: Read<CaughtFault>
}

export const createBindings = (site: ExpressionSite, places: Places): MachineBindings => ({
  root: (name) =>
    ownValue(ROOTS, name) ??
    bindRun(name, site) ??
    bindIter(name, site, places) ??
    bindItem(name, site, places) ??
    (name === 'error' ? bindError(site, places) : undefined),
  caught: bindCaught(site, places),
  step(id) {
    const place = places.get(id)
    if (place === undefined) return undefined
    // Records hold more than their JSON fields; the type checker lets expressions read only those.
    return outward(site.scopes.length - place.scopes.length, (context) => context.steps[id] as JsonValue | undefined)
  },
})

const ROOTS: Record<string, Read | undefined> = {
  input: ({ input }) => input,
  env: ({ env }) => env,
}

/** In `finally` it has the status with which the run ends. */
const bindRun = (name: string, { scopes }: ExpressionSite): Read | undefined => {
  if (name !== 'run') return undefined
  return outward(scopes.length, ({ run, ending }) => (ending === undefined ? run : { ...run, status: ending.status }))
}

const bindIter = (name: string, { scopes, chain, atTest }: ExpressionSite, places: Places): Read | undefined => {
  if (name !== 'iter') return undefined
  const loop = (atTest === true ? chain : chain.slice(0, -1)).findLast(
    (step): step is StepOf<'loop'> => step.kind === 'loop',
  )
  if (loop === undefined) return undefined
  const id = loop.id.value
  return outward(scopes.length - (places.get(id)?.scopes.length ?? 0), ({ steps }) => {
    const entered = steps[id]?.entered
    const count = entered?.kind === 'block' ? entered.count : 0
    return { count, first: count <= 1 }
  })
}

const bindItem = (name: string, { scopes }: ExpressionSite, places: Places): Read | undefined => {
  if (name === 'index') return scopes.length === 0 ? undefined : ({ index }) => index
  const depth = scopes.findLastIndex((id) => {
    const step = places.get(id)?.step as StepOf<'foreach'> | undefined
    return step?.as.value === name
  })
  return depth === -1 ? undefined : outward(scopes.length - 1 - depth, ({ item }) => item)
}

const bindError = (site: ExpressionSite, places: Places): Read => {
  const caught = bindCaught(site, places)
  return (context) => {
    const found = caught(context)
    return found === undefined ? null : toErrorValue(found.fault)
  }
}

/**
 * The fault that led to the nearest enclosing step which an `on_error` reached. If it was reached otherwise, it is none, in
 * `finally` the fault that ended the run.
 */
const bindCaught = ({ scopes, chain }: ExpressionSite, places: Places): Read<CaughtFault> => {
  const sites = [...chain].reverse().map(({ id }) => {
    const around = places.get(id.value)?.scopes.length ?? 0
    return seenFrom(scopes.length, around, ({ steps }) => steps[id.value]?.caught)
  })
  const ended = seenFrom(scopes.length, 0, ({ ending }) => toCaught(ending?.fault))
  return (context) => {
    for (const read of sites) {
      const caught = read(context)
      if (caught !== undefined) return caught
    }
    return ended(context)
  }
}

const toCaught = (routed: RoutedFault | null | undefined): CaughtFault | undefined => {
  if (routed === null || routed === undefined) return undefined
  const { fault, step, origin } = routed
  return { fault, source: { step, ...(origin === undefined ? {} : { origin }) } }
}

/** A fault that was caught outside the item of a foreach: its step is named by its path, which is known of the root alone. */
const seenFrom = (depth: number, around: number, read: Read<CaughtFault>): Read<CaughtFault> => {
  if (depth === around) return read
  return outward(depth - around, (context) => {
    const caught = read(context)
    if (caught?.source === undefined) return caught
    const { fault, source } = caught
    const origin = source.origin ?? (around === 0 ? source.step : undefined)
    return origin === undefined ? { fault } : { fault, source: { ...source, origin } }
  })
}

/** Reads in the context this many foreach bodies further out. */
const outward = <T>(hops: number, read: Read<T>): Read<T> => {
  if (hops === 0) return read
  return (context) => {
    let at: MachineContext | null = context
    for (let hop = 0; hop < hops; hop++) at = at?.outer ?? null
    return at === null ? undefined : read(at)
  }
}
