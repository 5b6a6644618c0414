/**
 * Renders the machine as JSON for XState's `createMachine` and Stately's editor. The body of a foreach is a machine of
 * its own, run once an item; it stands under `meta.body` of the state that starts it.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { StateConfig } from '../compiler/lower/state-config.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'

export type XStateSource = Pick<CompiledWorkflow, 'root' | 'bodies'>

export const renderXState = (workflow: XStateSource): string => `${JSON.stringify(toXStateConfig(workflow), null, 2)}\n`

const toXStateConfig = ({ root, bodies }: XStateSource): JsonObject => {
  // `options` belongs to this project's interpreter, and is not part of the format.
  const clean = ({ options: _, ...config }: XStateSource['root']['config']): StateConfig => nest(config)
  const nest = (config: StateConfig): StateConfig => {
    const body = config.invoke?.src === 'foreach' ? bodies.get(config.invoke.id) : undefined
    const states = Object.entries(config.states ?? {}).map(([id, state]) => [id, nest(state)])
    return {
      ...config,
      ...(config.states === undefined ? {} : { states: Object.fromEntries(states) }),
      ...(body === undefined ? {} : { meta: { ...config.meta, body: toJson(clean(body.config)) } }),
    }
  }
  return toJson(clean(root.config)) as JsonObject
}

/** Removes values that JSON does not have. */
const toJson = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue
