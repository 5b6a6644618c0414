import { findEntry, type YamlNode } from '../read/yaml-node.ts'
import type { ShapePlace } from './shape.ts'

/** Reports an `else` that is not the last of a list of cases. */
export const checkElseIsLast = (items: YamlNode[], { reading }: ShapePlace): void => {
  for (const item of items.slice(0, -1)) {
    const entry = item.kind === 'map' ? findEntry(item, 'else') : undefined
    if (entry === undefined) continue
    const message = "'else' is not the last case: expected no case behind it"
    const hint = 'move it to the end; cases behind it are never tried'
    reading.diagnostics.error('else_not_last', entry.key.range, message, hint)
  }
}
